package cuda

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/backend/expr"
	"github.com/gomx-org/gomx/backend/ref"
)

var (
	momentum = expr.MustParse("w g m lr -> v = 0.9*m - lr*g; w + v, v")
	double   = expr.MustParse("x -> 2*x")
)

// updates says the updates of parameters of these sizes, each with a gradient that a call makes, as training does.
func updates(t *testing.T, sizes ...int) *backend.Program {
	return say(t, backend.Step, func(b *backend.Builder) {
		lr := b.Arg("lr", backend.In, backend.Shape{}, backend.Float32)
		for i, n := range sizes {
			s := backend.Shape{n}
			w, m := fmt.Sprint("w", i), fmt.Sprint("m", i)
			g := b.Reduce(backend.ReduceSum, b.Arg(fmt.Sprint("g", i), backend.In, backend.Shape{2, n}, backend.Float32), false, 0)
			y := b.Map(momentum, b.Arg(w, backend.InOut, s, backend.Float32), g, b.Arg(m, backend.InOut, s, backend.Float32), lr)
			b.Write(w, y[0])
			b.Write(m, y[1])
		}
	})
}

// launches lists what the only entry of x launches.
func launches(x backend.Executable) []string {
	var list []string
	for _, s := range x.(*executable).entries[0].steps {
		list = append(list, strings.TrimPrefix(s.name(), "kernel "))
	}
	return list
}

// after compiles and runs p, in any entry, from the same numbers each time and gives what all arguments then hold.
func after(t *testing.T, d backend.Device, p *backend.Program, o backend.Options) (contents [][]byte, x backend.Executable) {
	x, err := d.Compile(p, o)
	require.NoError(t, err)
	t.Cleanup(func() { x.Close() })
	r := rand.New(rand.NewPCG(1, 2))
	var args []backend.Region
	for _, a := range p.Args {
		v := make([]float32, a.Shape.Size())
		for i := range v {
			v[i] = r.Float32()
		}
		b, err := d.Alloc(4 * len(v))
		require.NoError(t, err)
		t.Cleanup(b.Free)
		args = append(args, whole(b))
		require.NoError(t, d.Copy(whole(b), backend.HostRegion(bytesOf(v))))
	}
	b, err := x.Bind(p.Entries[0].Kind, args)
	require.NoError(t, err)
	defer b.Close()
	for range 2 {
		require.NoError(t, b.Run())
	}
	require.NoError(t, b.Wait())
	for _, a := range args {
		got := make([]byte, a.Length)
		require.NoError(t, d.Copy(backend.HostRegion(got), a))
		contents = append(contents, got)
	}
	return contents, x
}

// A launch for each update becomes one for as many as a table has rows, with the same bits.
func TestUpdatesShareLaunches(t *testing.T) {
	d := open(t, 0)
	var sizes []int
	for i := range 90 {
		sizes = append(sizes, []int{2, 3, 4, 255, 1024, 1025, 5000}[i%7])
	}
	p := updates(t, sizes...)
	want, x := after(t, d, p, backend.Options{NoFuse: true})
	assert.Len(t, launches(x), 2*90, "a sum and an update each")
	assert.Equal(t, "map_mul_sub_add", launches(x)[1])
	got, x := after(t, d, p, backend.Options{})
	require.Equal(t, want, got)
	list := launches(x)
	require.Len(t, list, 90+2, "kernels have 4096 bytes of parameters, a row of the table takes 56")
	assert.Equal(t, []string{"maps_mul_sub_add for 72 Maps", "maps_mul_sub_add for 18 Maps"}, list[90:])
	onCPU, _ := after(t, ref.New(0), p, backend.Options{NoFuse: true})
	assert.Equal(t, onCPU, got)
}

// A Map that reads what another one makes, or whose result takes the memory that another one reads, comes behind it.
func TestMapsThatMeet(t *testing.T) {
	d := open(t, 0)
	s := backend.Shape{40, 30}
	for name, build := range map[string]func(b *backend.Builder, x, y backend.Value) (p, q backend.Value){
		"one reads the other": func(b *backend.Builder, x, y backend.Value) (p, q backend.Value) {
			p = b.Map1(double, b.Transpose(x))
			return p, b.Map1(double, p)
		},
		"one takes the other's memory": func(b *backend.Builder, x, y backend.Value) (p, q backend.Value) {
			p = b.Map1(double, b.Transpose(x))
			return p, b.Transpose(b.Map1(double, y))
		},
	} {
		p := say(t, backend.Infer, func(b *backend.Builder) {
			x, y := b.Arg("x", backend.In, s, backend.Float32), b.Arg("y", backend.In, s, backend.Float32)
			u, v := build(b, x, y)
			b.Arg("u", backend.Out, u.Shape(), backend.Float32)
			b.Arg("v", backend.Out, v.Shape(), backend.Float32)
			b.Write("u", u)
			b.Write("v", v)
		})
		want, _ := after(t, ref.New(0), p, backend.Options{NoFuse: true})
		got, x := after(t, d, p, backend.Options{})
		assert.Equal(t, want, got, name)
		maps := 0
		for _, l := range launches(x) {
			assert.NotContains(t, l, "maps", name)
			if l == "map_mul" {
				maps++
			}
		}
		assert.Equal(t, 2, maps, name)
	}
}

// orderOf lists the Maps and Writes of an entry: what they make, and which argument they write.
func orderOf(p *backend.Program) []string {
	var list []string
	for _, c := range p.Entries[0].Calls {
		switch a := c.Attrs.(type) {
		case *backend.WriteAttrs:
			list = append(list, "write "+p.Args[a.Arg].Name)
		case *backend.MapAttrs:
			list = append(list, fmt.Sprint(a.E, p.Value(c.Out[0]).Shape))
		default:
			list = append(list, c.Kind.String())
		}
	}
	return list
}

// Only what Writes alone read moves, equals to equals; what has no equal stays, and so does a Program without any.
func TestLineUp(t *testing.T) {
	square := expr.MustParse("x -> x*x")
	p := say(t, backend.Infer, func(b *backend.Builder) {
		write := func(name string, v backend.Value) {
			b.Arg(name, backend.Out, v.Shape(), v.DType())
			b.Write(name, v)
		}
		x := b.Arg("x", backend.In, backend.Shape{2}, backend.Float32)
		y := b.Arg("y", backend.In, backend.Shape{3}, backend.Float32)
		write("a", b.Map1(square, x))
		write("b", b.Map1(double, x))
		write("c", b.Map1(square, y))
		twice := b.Map1(double, y)
		write("d", b.Map1(double, y))
		write("e", b.Reduce(backend.ReduceSum, twice, false))
		write("f", b.Map1(expr.MustParse("x -> 3*x"), x))
		write("g", b.Map1(expr.MustParse("x y -> x*y"), b.Arg("m", backend.In, backend.Shape{2, 3}, backend.Float32), y))
	})
	got := lineUp(p)
	require.NoError(t, got.Verify())
	assert.Equal(t, []string{"a -> (2 * a) (3,)", "Reduce", "a -> (3 * a) (2,)", "a b -> (a * b) (2,3)", "a -> (a * a) (2,)", "a -> (a * a) (3,)", "a -> (2 * a) (2,)", "a -> (2 * a) (3,)",
		"write a", "write b", "write c", "write d", "write e", "write f", "write g"}, orderOf(got))
	alone := say(t, backend.Infer, func(b *backend.Builder) {
		x := b.Arg("x", backend.In, backend.Shape{2}, backend.Float32)
		b.Arg("y", backend.Out, backend.Shape{2}, backend.Float32)
		b.Arg("z", backend.Out, backend.Shape{}, backend.Float32)
		b.Write("y", b.Map1(square, x))
		b.Write("z", b.Reduce(backend.ReduceSum, x, false))
	})
	assert.Equal(t, alone.String(), lineUp(alone).String())
}
