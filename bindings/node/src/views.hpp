// Slots as ArrayBuffers, in place where Node allows it.
#pragma once

#include "handle.hpp"

namespace handoff::node {

/// The ArrayBuffer on view `at` of the handle, made on first use.
napi_value buffer_of(napi_env env, AnyHandle& handle, std::size_t at, Area area, std::shared_ptr<void> owner);

}  // namespace handoff::node
