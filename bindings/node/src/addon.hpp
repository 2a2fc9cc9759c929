// What the addon keeps for each environment: the main thread and every worker thread have one of their own.
#pragma once

#include <memory>
#include <unordered_set>

#include "convert.hpp"

namespace handoff::node {

class AnyHandle;
class Waits;

struct Addon {
    explicit Addon(napi_env env);
    Addon(const Addon&) = delete;
    Addon& operator=(const Addon&) = delete;
    ~Addon();
    /// Ends every wait, then every handle. Nothing waits or opens afterwards.
    void close_all() noexcept;

    napi_ref error_class = nullptr;
    napi_ref detach_copy = nullptr;
    napi_ref transfer = nullptr;  ///< ArrayBuffer.prototype.transfer, null before Node 21
    bool is_shut = false;         ///< close_all() was called
    bool copies = false;          ///< show no slot in place, as if Node refused external buffers
    std::unordered_set<AnyHandle*> handles;
    std::unique_ptr<Waits> waits;
};

/// Handles keep it: the garbage of an environment is collected in any order when it ends.
const std::shared_ptr<Addon>& shared_addon_of(napi_env env);
inline Addon& addon_of(napi_env env) {
    return *shared_addon_of(env);
}

}  // namespace handoff::node
