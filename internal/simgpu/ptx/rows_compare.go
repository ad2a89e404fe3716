package ptx

import "fmt"

const comparisons = "eq|ne|lt|le|gt|ge|lo|ls|hi|hs|equ|neu|ltu|leu|gtu|geu|num|nan"

var compareRows = []row{
	{form: "setp." + comparisons + "[.and|or|xor][.ftz].T", emit: setp},
	{form: "set." + comparisons + "[.and|or|xor][.ftz].T.S", emit: set},
	{form: "selp.T", types: allBits + " " + integers + " " + reals, args: "T T T ?pred", code: "$3 ? $1 : $2"},
	{form: "slct.T.s32", types: allBits + " " + integers + " " + reals, args: "T T T s32", code: "$3 >= 0 ? $1 : $2"},
	{form: "slct[.ftz].T.f32", types: allBits + " " + integers + " " + reals, args: "T T T f32", code: "$3 >= 0 ? $1 : $2"},
}

// operators in C++. Comparisons with u are true for NaN too.
var operators = map[string]string{
	"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
	"lo": "<", "ls": "<=", "hi": ">", "hs": ">=",
}

// compare gives a comparison of two operands of type t.
func (g *generator) compare(op string, t scalar, ftz bool, x, y operand) (string, error) {
	if ftz && t != scalars["f32"] {
		return "", g.fail(".ftz is for f32")
	}
	if t.class == predicate || t.size == 8 || t == scalars["f16"] {
		return "", g.fail("no comparison of type %v", t)
	}
	a, err := g.read(x, t, false)
	if err != nil {
		return "", err
	}
	b, err := g.read(y, t, false)
	if err != nil {
		return "", err
	}
	if ftz {
		a, b = "ftz("+a+")", "ftz("+b+")"
	}
	relation := func(o string) string { return fmt.Sprintf("%s %s %s", a, o, b) }
	real := t.class == float
	switch op {
	case "num", "nan":
		if !real {
			return "", g.fail("comparison %s of type %v", op, t)
		}
		if op == "num" {
			return fmt.Sprintf("%s == %s && %s == %s", a, a, b, b), nil
		}
		return fmt.Sprintf("%s != %s || %s != %s", a, a, b, b), nil
	case "eq":
		return relation("=="), nil
	case "ne":
		if real { // false for NaN, unlike in C++
			return fmt.Sprintf("%s < %s || %s > %s", a, b, a, b), nil
		}
		return relation("!="), nil
	case "equ", "neu", "ltu", "leu", "gtu", "geu":
		if !real {
			return "", g.fail("comparison %s of type %v", op, t)
		}
		switch op {
		case "neu":
			return relation("!="), nil
		case "equ":
			return fmt.Sprintf("!(%s < %s || %s > %s)", a, b, a, b), nil
		}
		opposite := map[string]string{"ltu": ">=", "leu": ">", "gtu": "<=", "geu": "<"}[op]
		return "!(" + relation(opposite) + ")", nil
	case "lo", "ls", "hi", "hs":
		if t.class != unsigned {
			return "", g.fail("comparison %s of type %v", op, t)
		}
	}
	if t.class == bits {
		return "", g.fail("comparison %s of type %v, which has no order", op, t)
	}
	return relation(operators[op]), nil
}

// combined gives the comparison of an instruction, and what it is combined with: an operator and a predicate, or "".
func (g *generator) combined(i *instruction, m *matched, t scalar) (comparison, operator, with string, err error) {
	boolean := m.one("and", "or", "xor")
	want := 3
	if boolean != "" {
		want = 4
	}
	if len(i.args) != want {
		return "", "", "", g.fail("%d operands, want %d", len(i.args), want)
	}
	comparison, err = g.compare(m.mods[0], t, m.has("ftz"), i.args[1], i.args[2])
	if err == nil && boolean != "" {
		operator = map[string]string{"and": " & ", "or": " | ", "xor": " ^ "}[boolean]
		with, err = g.predicate(i.args[3])
	}
	return comparison, operator, with, err
}

func setp(g *generator, i *instruction, m *matched) error {
	comparison, operator, with, err := g.combined(i, m, m.t)
	if err != nil {
		return err
	}
	p := scalars["pred"]
	if i.args[0].kind != pairOperand {
		return g.set(i.args[0], p, "("+comparison+")"+operator+with)
	}
	// The second destination gets the opposite of the comparison. Either may be a source as well.
	x, y := g.temporary(), ""
	if with == "" {
		g.emit("const bool %s = %s;", x, comparison)
	} else {
		y = g.temporary()
		g.emit("const bool %s = %s, %s = %s;", x, comparison, y, with)
	}
	g.braces = true
	if err := g.setUnlessDropped(i.args[0].list[0], p, x+operator+y); err != nil {
		return err
	}
	return g.setUnlessDropped(i.args[0].list[1], p, "!"+x+operator+y)
}

// set writes all ones, or 1.0, where the comparison holds.
func set(g *generator, i *instruction, m *matched) error {
	comparison, operator, with, err := g.combined(i, m, m.s)
	if err != nil {
		return err
	}
	yes := ""
	switch m.t {
	case scalars["u32"], scalars["s32"]:
		yes = "~0u : 0u"
	case scalars["f32"]:
		yes = "1.0f : 0.0f"
	default:
		return g.fail("set of type %v", m.t)
	}
	t := m.t
	if t.class == signed {
		t = t.as(unsigned)
	}
	return g.set(i.args[0], t, fmt.Sprintf("(%s)%s%s ? %s", comparison, operator, with, yes))
}
