package cuda

import (
	"github.com/gomx-org/gomx/backend"
	"github.com/gomx-org/gomx/internal/binding"
)

// lowerWrite stores a value into its argument.
func lowerWrite(cx *compileCtx, c *backend.Call) error {
	cx.Copy(place{Space: binding.SpaceArg, Index: c.Attrs.(*backend.WriteAttrs).Arg}, cx.Ptr(c.In[0]), cx.Value(c.In[0]).Bytes())
	return nil
}

// lowerReshape copies where the memory plan made no view. So does a Relayout, which has one layout to convert to: the same.
func lowerReshape(cx *compileCtx, c *backend.Call) error {
	cx.Copy(cx.Ptr(c.Out[0]), cx.Ptr(c.In[0]), cx.Value(c.In[0]).Bytes())
	return nil
}
