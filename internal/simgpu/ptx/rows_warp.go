package ptx

import "fmt"

// Where threads meet.
var warpRows = []row{
	{form: "bar[.cta].sync", emit: barrier},
	{form: "barrier[.cta].sync[.aligned]", emit: barrier, needs: 30},
	{form: "bar[.cta].red.popc|and|or.T", types: "u32 pred", emit: barrierReduce},
	{form: "bar.warp.sync", emit: warpSync},
	{form: "shfl.sync.up|down|bfly|idx.T", types: "b32", emit: shuffle, needs: 30},
	{form: "vote.sync.all|any|uni.T", types: "pred", emit: vote, needs: 30},
	{form: "vote.sync.ballot.T", types: "b32", emit: vote, needs: 30},
	{form: "match.any.sync.T", types: "b32 b64", emit: match, needs: 70},
	{form: "match.all.sync.T", types: "b32 b64", emit: match, needs: 70},
	{form: "redux.sync.add|min|max.T", types: "u32 s32", emit: redux, needs: 80},
	{form: "redux.sync.and|or|xor.T", types: "b32", emit: redux, needs: 80},
	// Threads do not keep step: each is active alone.
	{form: "activemask.T", types: "b32", args: "T", code: "1u << t->number % 32"},
	{form: "shfl.up|down|bfly|idx.T", emit: old},
	{form: "vote.all|any|uni|ballot.T", emit: old},
}

func old(g *generator, i *instruction, m *matched) error {
	return g.fail("without .sync, which GPUs since sm_70 do not have")
}

// meet notes that a function waits for other threads, and gives the site.
func (g *generator) meet() string {
	g.fn.collective = true
	return fmt.Sprintf("sim_sites + %d", g.site())
}

// barrierNumber reads the first operand of barriers.
func (g *generator) barrierNumber(o operand) error {
	if o.kind != numberOperand || o.bits > 15 {
		return g.fail("a barrier that is not a number from 0 to 15")
	}
	return nil
}

func barrier(g *generator, i *instruction, m *matched) error {
	if len(i.args) != 1 {
		return g.fail("%d operands, want 1: only barriers of the whole block are supported", len(i.args))
	}
	if err := g.barrierNumber(i.args[0]); err != nil {
		return err
	}
	g.emit("sim_barrier(t, %s);", g.meet())
	return nil
}

func barrierReduce(g *generator, i *instruction, m *matched) error {
	op := m.one("popc", "and", "or")
	if len(i.args) != 3 || (op == "popc") != (m.t.class == unsigned) {
		return g.fail("want a destination, a barrier and a predicate: only barriers of the whole block are supported")
	}
	if err := g.barrierNumber(i.args[1]); err != nil {
		return err
	}
	p, err := g.predicate(i.args[2])
	if err != nil {
		return err
	}
	count := fmt.Sprintf("sim_barrier_count(t, %s, %s)", p, g.meet())
	switch op {
	case "and":
		count += " == t->block->threads"
	case "or":
		count += " != 0"
	}
	return g.set(i.args[0], m.t, count)
}

func warpSync(g *generator, i *instruction, m *matched) error {
	if len(i.args) != 1 {
		return g.fail("%d operands, want 1", len(i.args))
	}
	mask, err := g.read(i.args[0], scalars["u32"], false)
	if err != nil {
		return err
	}
	g.emit("sim_warp_sync(t, %s, %s);", mask, g.meet())
	return nil
}

// setPair assigns to a destination and to its predicate, which may be missing. Of two either may be dropped.
func (g *generator) setPair(o operand, value, inside string) error {
	if o.kind != pairOperand {
		return g.set(o, scalars["b32"], value)
	}
	if err := g.setUnlessDropped(o.list[0], scalars["b32"], value); err != nil {
		return err
	}
	return g.setUnlessDropped(o.list[1], scalars["pred"], inside)
}

// readAll reads sources of types.
func (g *generator) readAll(args []operand, types ...string) ([]string, error) {
	if len(args) != len(types) {
		return nil, g.fail("%d operands, want %d", len(args)+1, len(types)+1)
	}
	out := make([]string, len(args))
	for k, o := range args {
		var err error
		if out[k], err = g.read(o, scalars[types[k]], false); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func shuffle(g *generator, i *instruction, m *matched) error {
	if len(i.args) == 0 {
		return g.fail("no operands")
	}
	a, err := g.readAll(i.args[1:], "b32", "u32", "u32", "u32")
	if err != nil {
		return err
	}
	x, inside := g.temporary(), g.temporary()
	g.braces = true
	mode := m.one("up", "down", "bfly", "idx")[:1]
	g.emit("bool %s; const u32 %s = sim_shuffle(t, '%s', %s, %s, %s, %s, &%s, %s);", inside, x, mode, a[0], a[1], a[2], a[3], inside, g.meet())
	return g.setPair(i.args[0], x, inside)
}

func vote(g *generator, i *instruction, m *matched) error {
	if len(i.args) != 3 {
		return g.fail("%d operands, want 3", len(i.args))
	}
	p, err := g.predicate(i.args[1])
	if err != nil {
		return err
	}
	mask, err := g.read(i.args[2], scalars["u32"], false)
	if err != nil {
		return err
	}
	ballot := fmt.Sprintf("sim_ballot(t, %s, %s, %s)", p, mask, g.meet())
	switch m.one("all", "any", "uni") {
	case "all":
		ballot += " == " + mask
	case "any":
		ballot += " != 0"
	case "uni":
		x := g.temporary()
		g.braces = true
		g.emit("const u32 %s = %s;", x, ballot)
		ballot = fmt.Sprintf("%s == 0 || %s == %s", x, x, mask)
	}
	return g.set(i.args[0], m.t, ballot)
}

func match(g *generator, i *instruction, m *matched) error {
	if len(i.args) == 0 {
		return g.fail("no operands")
	}
	a, err := g.readAll(i.args[1:], m.t.String(), "u32")
	if err != nil {
		return err
	}
	x := g.temporary()
	g.braces = true
	g.emit("const u32 %s = sim_match(t, %s, %s, %s);", x, a[0], a[1], g.meet())
	if i.parts[1] == "any" {
		return g.set(i.args[0], scalars["b32"], x)
	}
	all := fmt.Sprintf("%s == %s", x, a[1])
	y := g.temporary()
	g.emit("const bool %s = %s;", y, all)
	return g.setPair(i.args[0], fmt.Sprintf("%s ? %s : 0", y, x), y)
}

func redux(g *generator, i *instruction, m *matched) error {
	if len(i.args) == 0 {
		return g.fail("no operands")
	}
	a, err := g.readAll(i.args[1:], m.t.as(unsigned).String(), "u32")
	if err != nil {
		return err
	}
	op := map[string]string{"add": "+", "min": "<", "max": ">", "and": "&", "or": "|", "xor": "^"}[m.one("add", "min", "max", "and", "or", "xor")]
	if m.t.class == signed {
		op = map[string]string{"+": "+", "<": "l", ">": "g"}[op]
	}
	return g.set(i.args[0], scalars["u32"], fmt.Sprintf("sim_reduce(t, '%s', %s, %s, %s)", op, a[0], a[1], g.meet()))
}
