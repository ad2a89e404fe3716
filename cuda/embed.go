package cuda

//go:generate go run ../internal/cugen

import (
	"bytes"
	"embed"
	"encoding/binary"
	"fmt"
)

// The kernels of kernels/*.cu as clang compiled them; scripts/ptx.sh makes them anew.
//
//go:embed ptx/*.ptx
var ptxFiles embed.FS

var embeddedModules = map[string]*module{}

// embedded gives the module of a family, the same for all its kernels.
func embedded(family string) *module {
	m, ok := embeddedModules[family]
	if !ok {
		name := family + ".ptx"
		m = &module{name: name, text: func() string {
			text, err := ptxFiles.ReadFile("ptx/" + name)
			if err != nil {
				panic(fmt.Sprintf("BUG: %s is not embedded: %v", name, err))
			}
			return string(text)
		}}
		embeddedModules[family] = m
	}
	return m
}

// structBytes lays out a struct of the generated file as C does; size is C's.
func structBytes(v any, size int) []byte {
	var w bytes.Buffer
	if err := binary.Write(&w, binary.LittleEndian, v); err != nil || w.Len() > size {
		panic(fmt.Sprintf("BUG: %T takes %d bytes, want %d: %v", v, w.Len(), size, err))
	}
	return append(w.Bytes(), make([]byte, size-w.Len())...)
}
