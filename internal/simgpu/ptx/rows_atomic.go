package ptx

import "fmt"

const atomForm = "[.relaxed|acquire|release|acq_rel][.cta|gpu|sys][.global|shared|shared::cta].and|or|xor|cas|exch|add|inc|dec|min|max[.noftz].T"

var atomicRows = []row{
	{form: "atom" + atomForm, emit: atom},
	{form: "red" + atomForm, emit: atom},
}

var atomicTypes = map[string]string{
	"and": "b32 b64", "or": "b32 b64", "xor": "b32 b64", "cas": "b32 b64 u32 u64 s32", "exch": "b32 b64 u32 u64 s32",
	"add": "u32 s32 u64", "inc": "u32", "dec": "u32", "min": "u32 s32 u64 s64", "max": "u32 s32 u64 s64",
}

var atomicCode = map[string]string{
	"and": "__atomic_fetch_and(%s, %s, %s)", "or": "__atomic_fetch_or(%s, %s, %s)", "xor": "__atomic_fetch_xor(%s, %s, %s)",
	"add": "__atomic_fetch_add(%s, %s, %s)", "exch": "__atomic_exchange_n(%s, %s, %s)", "cas": "atomic_cas(%s, %s, %s)",
	"inc": "atomic_inc(%s, %s, %s)", "dec": "atomic_dec(%s, %s, %s)", "min": "atomic_min(%s, %s, %s)", "max": "atomic_max(%s, %s, %s)",
}

// atom is for atom, which gives the old value, and for red, which does not.
func atom(g *generator, i *instruction, m *matched) error {
	op := m.one("and", "or", "xor", "cas", "exch", "add", "inc", "dec", "min", "max")
	t := m.t
	if t.class == float && op == "add" {
		return g.fail("float atomics make sums depend on the order of threads; reduce in a fixed order instead")
	}
	reduction := i.parts[0] == "red"
	if !oneOf(atomicTypes[op], t.String()) || m.has("noftz") || reduction && (op == "cas" || op == "exch") {
		return g.fail("no %s.%s of type %v", i.parts[0], op, t)
	}
	if order := m.one("relaxed", "acquire", "release", "acq_rel"); order != "" && g.mod.target < 70 {
		return g.fail(".%s needs .target sm_70, the module has sm_%d", order, g.mod.target)
	}
	args := i.args
	if !reduction {
		if len(args) == 0 {
			return g.fail("no operands")
		}
		args = args[1:]
	}
	want := 2
	if op == "cas" {
		want = 3
	}
	if len(args) != want {
		return g.fail("%d operands, want %d", len(i.args), want+len(i.args)-len(args))
	}
	space := spaces[m.one("global", "shared", "shared::cta")]
	address, err := g.address(args[0], space)
	if err != nil {
		return err
	}
	value, err := g.read(args[1], t, false)
	if err != nil {
		return err
	}
	if op == "cas" {
		second, err := g.read(args[2], t, false)
		if err != nil {
			return err
		}
		value = fmt.Sprintf("%s(%s), %s(%s)", t.cpp(), value, t.cpp(), second)
	} else {
		value = fmt.Sprintf("%s(%s)", t.cpp(), value)
	}
	order := map[string]string{"": "RELAXED", "relaxed": "RELAXED", "acquire": "ACQUIRE", "release": "RELEASE", "acq_rel": "ACQ_REL"}
	place := fmt.Sprintf("(%s *)&%s", t.cpp(), g.memory(t, space, address, "atomic"))
	expr := fmt.Sprintf(atomicCode[op], place, value, "__ATOMIC_"+order[m.one("relaxed", "acquire", "release", "acq_rel")])
	if reduction || dropped(i.args[0]) {
		g.emit("%s;", expr)
		return nil
	}
	return g.set(i.args[0], t, expr)
}
