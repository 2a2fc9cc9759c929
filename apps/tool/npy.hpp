// Arrays as files of numpy (numpy.lib.format, version 1.0).
#pragma once

#include <handoff/array.hpp>

#include <string>

namespace handoff::apps::tool {

/// All that comes before the elements in a .npy file. numpy has no bfloat16: it gets its bits as uint16. REQUIRES: a
/// checked description.
std::string npy_head(const Array& array);

}  // namespace handoff::apps::tool
