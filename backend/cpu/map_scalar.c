#include "level_scalar.h"
#include "map_impl.h"
#include "level_end.h"

GOMX_DEFINE(gomx_map);
