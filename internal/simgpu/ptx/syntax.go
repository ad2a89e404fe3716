package ptx

// module is what a file says, before anything is looked up.
type module struct {
	file      string
	version   int // times ten
	target    int // of sm_
	files     map[uint64]string
	variables []*variable
	functions []*function
}

// place is a line of the PTX and, where .loc said so, of the source.
type place struct {
	line       int
	source     uint64 // number of the file, 0 when there is none
	sourceLine int
}

type variable struct {
	place
	space  string // global, const, shared, local, param or reg
	name   string
	typ    scalar
	vector int // 2 or 4 in .v2 and .v4, else 1
	align  int
	count  int // elements; an array without size has -1
	array  bool
	init   []operand
	extern bool
}

func (v *variable) bytes() int { return max(v.count, 0) * v.vector * v.typ.bytes() }

type function struct {
	place
	name       string
	entry      bool
	results    []*variable
	params     []*variable
	maxThreads int
	required   [3]int
	body       []statement
	defined    bool

	// What translation finds out.
	cpp        string
	registers  int  // of 32 bits, that it declares
	collective bool // it waits for other threads
	calls      []*function
	usesShared map[*sharedVariable]bool
}

// statement is one of its parts.
type statement struct {
	place
	instruction *instruction
	label       string
	targets     []string // of label, which names a table for brx.idx
	variables   []*variable
	registers   *registers
	open, close bool
}

// registers declares name0 … or, without a count, the name alone.
type registers struct {
	typ   scalar
	names []string
	count []int // 0: the name alone
}

type instruction struct {
	place
	guard  string // a predicate register, or empty
	negate bool
	op     string
	parts  []string // of op
	args   []operand
	text   string
}

type operandKind int

const (
	nameOperand    operandKind = iota // with offset
	numberOperand                     // integer
	singleOperand                     // bits of float32
	doubleOperand                     // bits of float64
	addressOperand                    // [list[0] + offset]
	vectorOperand                     // {list}
	notOperand                        // !list[0]
	pairOperand                       // list[0]|list[1]
	groupOperand                      // (list)
)

type operand struct {
	kind     operandKind
	name     string
	bits     uint64
	negative bool // of numbers: they were written with a minus
	offset   int64
	generic  bool // generic(name), in initialisers
	list     []operand
}
