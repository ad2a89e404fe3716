package ptx

import "fmt"

const (
	spaceNames = "[.const|global|local|param|shared|param::entry|param::func|shared::cta]"
	hints      = "[.L1::evict_normal|L1::evict_unchanged|L1::evict_first|L1::evict_last|L1::no_allocate][.L2::64B|L2::128B|L2::256B]"
)

var memoryRows = []row{
	{form: "ld[.weak|volatile|relaxed|acquire][.cta|gpu|sys]" + spaceNames + "[.ca|cg|cs|lu|cv][.nc]" + hints + "[.v2|v4].T", emit: load},
	{form: "ldu.global[.v2|v4].T", emit: load},
	{form: "st[.weak|volatile|relaxed|release][.cta|gpu|sys]" + spaceNames + "[.wb|cg|cs|wt]" + hints + "[.v2|v4].T", emit: store},
	{form: "membar.cta|gl|sys", emit: fence},
	{form: "fence[.sc|acq_rel].cta|gpu|sys", emit: fence, needs: 70},
	{form: "prefetch[.global|local].L1|L2", emit: func(g *generator, i *instruction, m *matched) error { return nil }},
}

// access is what a load or store says of where and how.
type access struct {
	space   string // as thread.h calls it
	order   string // __ATOMIC_…, or "" for plain ones
	count   int    // of elements
	address string
}

func (g *generator) access(i *instruction, m *matched, at int) (a access, err error) {
	if len(i.args) != 2 {
		return a, g.fail("%d operands, want 2", len(i.args))
	}
	a.space = spaces[m.one("const", "global", "local", "param", "shared", "param::entry", "param::func", "shared::cta")]
	if m.t.class == predicate || m.t == scalars["f16"] {
		return a, g.fail("no %s of type %v", i.parts[0], m.t)
	}
	if m.has("nc") && a.space != "global" {
		return a, g.fail(".nc is for global memory")
	}
	scope := m.one("cta", "gpu", "sys")
	switch order := m.one("volatile", "relaxed", "acquire", "release"); order {
	case "":
		if scope != "" {
			return a, g.fail(".%s without .relaxed, .acquire or .release", scope)
		}
	case "volatile":
		if a.space == "param" || a.space == "const" {
			return a, g.fail("no .volatile in space %s", a.space)
		}
		a.order = "__ATOMIC_RELAXED"
	default:
		if scope == "" {
			return a, g.fail(".%s without .cta, .gpu or .sys", order)
		}
		if g.mod.target < 70 {
			return a, g.fail(".%s needs .target sm_70, the module has sm_%d", order, g.mod.target)
		}
		a.order = map[string]string{"relaxed": "__ATOMIC_RELAXED", "acquire": "__ATOMIC_ACQUIRE", "release": "__ATOMIC_RELEASE"}[order]
	}
	a.count = map[string]int{"": 1, "v2": 2, "v4": 4}[m.one("v2", "v4")]
	if a.count*m.t.bytes() > 16 {
		return a, g.fail("a vector of %d bytes, at most 16", a.count*m.t.bytes())
	}
	a.address, err = g.address(i.args[at], a.space)
	return a, err
}

// element gives number k of what the access is about.
func (g *generator) element(a access, t scalar, k int, kind string) string {
	return g.memory(t, a.space, plus(a.address, int64(k*t.bytes()), 64), kind)
}

// vector prepares for several elements: the address is computed once, since a destination may be the register with it.
func (g *generator) vector(a *access, t scalar, o operand) error {
	if o.kind != vectorOperand || len(o.list) != a.count {
		return g.fail("want %d registers in { }", a.count)
	}
	size := 0
	for _, e := range o.list {
		if sym := g.find(e.name); sym != nil && sym.space == "reg" {
			if size != 0 && size != sym.typ.size {
				return g.fail("registers of %d and %d bits in one vector", size, sym.typ.size)
			}
			size = sym.typ.size
		}
	}
	x := g.temporary()
	g.braces = true
	g.emit("const u64 %s = %s;", x, a.address)
	if a.space != "param" { // whose places the translator chose
		g.emit("ALIGNED(%s, %d, %d);", x, a.count*t.bytes(), g.site())
	}
	a.address = x
	return nil
}

func load(g *generator, i *instruction, m *matched) error {
	a, err := g.access(i, m, 1)
	if err != nil {
		return err
	}
	to := []operand{i.args[0]}
	if a.count > 1 {
		if err := g.vector(&a, m.t, i.args[0]); err != nil {
			return err
		}
		to = i.args[0].list
	}
	for k, o := range to {
		if a.count > 1 && dropped(o) {
			continue
		}
		sym, err := g.target(o, m.t, true)
		if err != nil {
			return err
		}
		t := m.t
		if a.order != "" {
			t = plainBits(t)
		}
		value := g.element(a, t, k, "read")
		if a.order != "" {
			value = fmt.Sprintf("__atomic_load_n(&%s, %s)", value, a.order)
		}
		g.emit("%s", assign(sym, t, value))
	}
	return nil
}

// plainBits is how atomic instructions see a type: numbers keep their sign, since they may be extended.
func plainBits(t scalar) scalar {
	if t.class == float {
		return t.as(bits)
	}
	return t
}

func store(g *generator, i *instruction, m *matched) error {
	a, err := g.access(i, m, 0)
	if err != nil {
		return err
	}
	if a.space == "const" {
		return g.fail("a store to constant memory")
	}
	if a.space == "param" && g.isKernelParam(i.args[0]) {
		return g.fail("a store to a kernel's parameter")
	}
	from := []operand{i.args[1]}
	if a.count > 1 {
		if err := g.vector(&a, m.t, i.args[1]); err != nil {
			return err
		}
		from = i.args[1].list
	}
	for k, o := range from {
		t := m.t
		if a.order != "" {
			t = plainBits(t)
		}
		value, err := g.read(o, t, true)
		if err != nil {
			return err
		}
		place := g.element(a, t, k, "write")
		if a.order != "" {
			g.emit("__atomic_store_n(&%s, %s, %s);", place, value, a.order)
		} else {
			g.emit("%s = %s;", place, value)
		}
	}
	return nil
}

func (g *generator) isKernelParam(o operand) bool {
	if !g.fn.entry || o.list[0].kind != nameOperand {
		return false
	}
	for _, p := range g.fn.params {
		if p.name == o.list[0].name {
			return true
		}
	}
	return false
}

func fence(g *generator, i *instruction, m *matched) error {
	if len(i.args) != 0 {
		return g.fail("%d operands, want none", len(i.args))
	}
	g.emit("__atomic_thread_fence(__ATOMIC_SEQ_CST);")
	return nil
}
