package symbol

import (
	"maps"
	"strconv"
	"sync"

	"github.com/gomx-org/gomx/with"
)

// AttrScope is attributes for every operator and variable it is given to as an option, MXNet's AttrScope. Attributes given
// to one of them directly win; so do those of a scope that stands behind another.
//
//	dev1 := symbol.NewAttrScope(map[string]string{"ctx_group": "dev1", "__lr_mult__": "0.1"})
//	x := symbol.Convolution(symbol.Variable("data", dev1), 8, with.Kernel(3, 3), dev1)
type AttrScope struct {
	with.Any
	attrs map[string]string
}

// NewAttrScope makes a scope of attributes such as ctx_group, __lr_mult__ or any other __x__.
func NewAttrScope(attrs map[string]string) AttrScope { return AttrScope{}.With(attrs) }

// With is an inner scope: what a has, and the attributes given, which win.
func (a AttrScope) With(attrs map[string]string) AttrScope {
	inner := AttrScope{attrs: map[string]string{}}
	maps.Copy(inner.attrs, a.attrs)
	maps.Copy(inner.attrs, attrs)
	return inner
}

// Apply hands an operator the attributes.
func (a AttrScope) Apply(s *with.Settings) {
	if s.Scope == nil {
		s.Scope = map[string]string{}
	}
	maps.Copy(s.Scope, a.attrs)
}

func (a AttrScope) setVariable(s *variableSettings) { maps.Copy(s.scope, a.attrs) }

// NameManager names the operators that it is given to as an option, MXNet's NameManager and Prefix: those without a name are
// numbered by kind, fullyconnected0, fullyconnected1 …, in the order in which they are made. Without one, operators are
// numbered by themselves in each network (see Symbol); one shared by several networks keeps their names apart.
//
//	left := symbol.Prefix("left_")
//	x := symbol.FullyConnected(data, 10, left, with.Name("fc")) // left_fc with left_fc_weight and left_fc_bias
type NameManager struct {
	with.Any
	prefix string
	mu     sync.Mutex
	count  map[string]int
}

// Names is a NameManager whose counters begin at 0.
func Names() *NameManager { return Prefix("") }

// Prefix is Names that puts prefix before the name of every operator, be it given or not. Variables keep theirs.
func Prefix(prefix string) *NameManager {
	return &NameManager{prefix: prefix, count: map[string]int{}}
}

// Apply names an operator.
func (m *NameManager) Apply(s *with.Settings) { s.Rename = m.rename }

func (m *NameManager) rename(name, hint string) string {
	if name != "" {
		return m.prefix + name
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.count[hint]
	m.count[hint]++
	return m.prefix + hint + strconv.Itoa(n)
}
