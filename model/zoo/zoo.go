// Package zoo holds the networks of MXNet's image-classification examples, argument by argument as MXNet 1.9.1 makes them.
package zoo

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomx-org/gomx/op"
	"github.com/gomx-org/gomx/symbol"
)

// Network is a network of the zoo.
type Network struct {
	Name    string
	Doc     string
	Shape   [3]int // channels, height, width of the images it is made for
	Classes int    // default number of classes
	Make    func(classes int) *symbol.Symbol
}

// Sizes of the images that networks are made for.
var (
	digit    = [3]int{1, 28, 28}
	tiny     = [3]int{3, 28, 28}
	cifar    = [3]int{3, 32, 32}
	imagenet = [3]int{3, 224, 224}
	large    = [3]int{3, 299, 299}
)

var networks = table(
	Network{"mlp", "three fully connected layers, 128, 64 and the classes", digit, 10, MLP},
	Network{"lenet", "LeCun et al. 1998, with tanh and max pooling", digit, 10, LeNet},
	Network{"lenet-stn", "lenet behind a spatial transformer", digit, 10, LeNetSTN},
	Network{"alexnet", "Krizhevsky et al. 2012, on one tower", imagenet, 1000, AlexNet},
	Network{"vgg11", "Simonyan and Zisserman 2015", imagenet, 1000, VGG(11, false)},
	Network{"vgg13", "Simonyan and Zisserman 2015", imagenet, 1000, VGG(13, false)},
	Network{"vgg16", "Simonyan and Zisserman 2015", imagenet, 1000, VGG(16, false)},
	Network{"vgg19", "Simonyan and Zisserman 2015", imagenet, 1000, VGG(19, false)},
	Network{"vgg11-bn", "vgg11 with BatchNorm", imagenet, 1000, VGG(11, true)},
	Network{"vgg13-bn", "vgg13 with BatchNorm", imagenet, 1000, VGG(13, true)},
	Network{"vgg16-bn", "vgg16 with BatchNorm", imagenet, 1000, VGG(16, true)},
	Network{"vgg19-bn", "vgg19 with BatchNorm", imagenet, 1000, VGG(19, true)},
	Network{"googlenet", "Szegedy et al. 2015, without side outputs", imagenet, 1000, GoogLeNet},
	Network{"inception-bn-28", "Inception with BatchNorm for small images", tiny, 10, InceptionBNSmall},
	Network{"inception-bn-224", "Ioffe and Szegedy 2015", imagenet, 1000, InceptionBN},
	Network{"inception-v3", "Szegedy et al. 2016", large, 1000, InceptionV3},
	Network{"inception-v4", "Szegedy et al. 2017", large, 1000, InceptionV4},
	Network{"inception-resnet-v2", "Szegedy et al. 2017", large, 1000, InceptionResNetV2},
	Network{"mobilenet", "Howard et al. 2017", imagenet, 1000, MobileNet(1)},
	Network{"mobilenet-0.5", "mobilenet with half the channels", imagenet, 1000, MobileNet(0.5)},
	Network{"mobilenetv2", "Sandler et al. 2018", imagenet, 1000, MobileNetV2},
	Network{"resnet-18", "He et al. 2016, version 2", imagenet, 1000, ResNet(18)},
	Network{"resnet-34", "He et al. 2016, version 2", imagenet, 1000, ResNet(34)},
	Network{"resnet-50", "He et al. 2016, version 2", imagenet, 1000, ResNet(50)},
	Network{"resnet-101", "He et al. 2016, version 2", imagenet, 1000, ResNet(101)},
	Network{"resnet-152", "He et al. 2016, version 2", imagenet, 1000, ResNet(152)},
	Network{"resnet-200", "He et al. 2016, version 2", imagenet, 1000, ResNet(200)},
	Network{"resnet-269", "He et al. 2016, version 2", imagenet, 1000, ResNet(269)},
	Network{"resnet-cifar-20", "resnet for small images", tiny, 10, ResNetCIFAR(20)},
	Network{"resnet-cifar-56", "resnet for small images", tiny, 10, ResNetCIFAR(56)},
	Network{"resnet-cifar-110", "resnet for small images", tiny, 10, ResNetCIFAR(110)},
	Network{"resnet-cifar-164", "resnet for small images, with bottlenecks", tiny, 10, ResNetCIFAR(164)},
	Network{"resnet-v1-18", "He et al. 2016, version 1", imagenet, 1000, ResNetV1(18)},
	Network{"resnet-v1-34", "He et al. 2016, version 1", imagenet, 1000, ResNetV1(34)},
	Network{"resnet-v1-50", "He et al. 2016, version 1", imagenet, 1000, ResNetV1(50)},
	Network{"resnet-v1-101", "He et al. 2016, version 1", imagenet, 1000, ResNetV1(101)},
	Network{"resnet-v1-152", "He et al. 2016, version 1", imagenet, 1000, ResNetV1(152)},
	Network{"resnet-v1-cifar-20", "resnet-v1 for small images", tiny, 10, ResNetV1CIFAR(20)},
	Network{"resnet-v1-cifar-110", "resnet-v1 for small images", tiny, 10, ResNetV1CIFAR(110)},
	Network{"resnext-50", "Xie et al. 2017, 32 groups", imagenet, 1000, ResNeXt(50, 32)},
	Network{"resnext-101", "Xie et al. 2017, 32 groups", imagenet, 1000, ResNeXt(101, 32)},
	Network{"resnext-101-64", "resnext-101 with 64 groups", imagenet, 1000, ResNeXt(101, 64)},
	Network{"resnext-152", "Xie et al. 2017, 32 groups", imagenet, 1000, ResNeXt(152, 32)},
	// Networks of MXNet 0.7 that later versions dropped or changed.
	Network{"resnet", "MXNet 0.7's resnet for CIFAR, 3 levels of 9 blocks", cifar, 10, ResNet07},
	Network{"resnet-28-small", "MXNet 0.7's resnet for small images, 20 layers", tiny, 10, ResNetSmall07(3)},
	Network{"inception-bn-full", "MXNet 0.7's inception-bn for all of ImageNet", imagenet, 21841, InceptionBNFull},
	Network{"alexnet-0.7", "alexnet as of MXNet 0.7", imagenet, 1000, AlexNet07},
	Network{"googlenet-0.7", "googlenet as of MXNet 0.7", imagenet, 1000, GoogLeNet07},
	Network{"inception-bn-0.7", "inception-bn-224 as of MXNet 0.7", imagenet, 1000, InceptionBN07},
	Network{"inception-bn-28-small-0.7", "inception-bn-28 as of MXNet 0.7", tiny, 10, InceptionBNSmall07},
)

// aliases are other names that MXNet's programs know the networks by.
var aliases = map[string]string{
	"vgg": "vgg11", "vgg-11": "vgg11", "vgg-13": "vgg13", "vgg-16": "vgg16", "vgg-19": "vgg19",
	"inception-bn": "inception-bn-224", "inception-bn-28-small": "inception-bn-28", "mobilenet-v2": "mobilenetv2",
	"resnet-v1": "resnet-v1-50", "resnext": "resnext-50",
}

func table(list ...Network) map[string]Network {
	m := make(map[string]Network, len(list))
	for _, n := range list {
		m[n.Name] = n
	}
	return m
}

// Get finds a network by name.
func Get(name string) (Network, error) {
	key := strings.ToLower(name)
	if full, ok := aliases[key]; ok {
		key = full
	}
	n, ok := networks[key]
	if !ok {
		return Network{}, fmt.Errorf("zoo: no network %q; there are %s", name, strings.Join(Names(), ", "))
	}
	return n, nil
}

// Names lists the networks.
func Names() []string { return slices.Sorted(maps.Keys(networks)) }

// Aliases lists the other names of a network.
func (n Network) Aliases() []string {
	var list []string
	for alias, name := range aliases {
		if name == n.Name {
			list = append(list, alias)
		}
	}
	slices.Sort(list)
	return list
}

// NamesFor lists the networks made for images of the shape: channels, height, width.
func NamesFor(shape [3]int) []string {
	return slices.DeleteFunc(Names(), func(name string) bool { return networks[name].Shape != shape })
}

// Open makes a network: one of the zoo by name, or the one in a symbol file when name ends in .json.
func Open(name string, classes int) (*symbol.Symbol, error) {
	if strings.HasSuffix(name, ".json") {
		return symbol.Load(name)
	}
	n, err := Get(name)
	if err != nil {
		if near := op.Nearest(name, Names(), 1); len(near) == 1 {
			return nil, fmt.Errorf("%w; did you mean %s? A file ends in .json", err, near[0])
		}
		return nil, err
	}
	if classes == 0 {
		classes = n.Classes
	}
	s := n.Make(classes)
	return s, s.Err()
}
