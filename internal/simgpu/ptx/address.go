package ptx

import "fmt"

// spaces are the parts of memory that loads and stores name, and what they are called in thread.h.
var spaces = map[string]string{
	"global": "global", "shared": "shared", "shared::cta": "shared", "local": "local", "const": "const",
	"param": "param", "param::entry": "param", "param::func": "param", "": "generic",
}

// address gives an address operand as an expression of type u64 in its space.
func (g *generator) address(o operand, space string) (string, error) {
	if o.kind != addressOperand {
		return "", g.fail("an operand without [ ] where an address is wanted")
	}
	base := o.list[0]
	if base.kind == numberOperand {
		return "", g.fail("an address that is a number")
	}
	sym := g.find(base.name)
	if sym == nil {
		return "", g.fail("%s is not declared", base.name)
	}
	if sym.space != "reg" {
		if sym.space != space && !(space == "generic" && sym.space == "global") {
			return "", g.fail("%s is in space %s, not %s", base.name, sym.space, space)
		}
		if sym.bytes >= 0 && (o.offset < 0 || o.offset >= int64(max(sym.bytes, 1))) {
			return "", g.fail("%s has %d bytes, offset is %d", base.name, sym.bytes, o.offset)
		}
		return plus(sym.cpp, o.offset, 64), nil
	}
	switch {
	case sym.typ.fits(scalars["b64"]) && sym.typ.class != float:
		return plus(sym.cpp, o.offset, 64), nil
	case sym.typ.fits(scalars["b32"]) && sym.typ.class != float && space == "shared":
		return fmt.Sprintf("u64(%s)", plus(sym.cpp, o.offset, 32)), nil
	}
	return "", g.fail("%s is a register of type %v, no address in space %s", base.name, sym.typ, space)
}

func plus(x string, offset int64, size int) string {
	if offset == 0 {
		return x
	}
	suffix := "ull"
	if size == 32 {
		suffix = "u"
	}
	if offset < 0 {
		return fmt.Sprintf("(%s - %d%s)", x, -offset, suffix)
	}
	return fmt.Sprintf("(%s + %d%s)", x, offset, suffix)
}

// memory gives the C++ expression of a number in memory.
func (g *generator) memory(t scalar, space, address, access string) string {
	site := 0
	if g.check {
		site = g.site()
	}
	return fmt.Sprintf("M(%s, %s, %s, %s, %d)", t.cpp(), space, address, access, site)
}
