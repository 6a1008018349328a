// All that translated kernels include.
#pragma once
#include "half.h"
#include "integers.h"
#include "matrix.h"
#include "memory.h"
#include "numbers.h"
#include "rounding.h"
#include "thread.h"
#include "warp.h"
