// Command ptx2cpp translates a PTX file to the C++ that the simulated driver compiles.
//
//	ptx2cpp [-check] IN.ptx OUT.cc
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomx-org/gomx/internal/simgpu/ptx"
)

func main() {
	check := flag.Bool("check", false, "ask about the address of every read and write")
	flag.Usage = func() { fmt.Fprintln(os.Stderr, "usage: ptx2cpp [-check] IN.ptx OUT.cc") }
	flag.Parse()
	if flag.NArg() != 2 {
		flag.Usage()
		os.Exit(2)
	}
	if err := translate(flag.Arg(0), flag.Arg(1), ptx.Options{Check: *check}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func translate(in, out string, o ptx.Options) error {
	source, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	code, err := ptx.Translate(filepath.Base(in), string(source), o)
	if err != nil {
		return err
	}
	return os.WriteFile(out, []byte(code), 0o666)
}
