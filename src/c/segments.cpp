#include <handoff/c/segments.h>
#include <handoff/inspect.hpp>

#include "c/abi_guard.hpp"

using namespace handoff;

extern "C" {

handoff_status handoff_list_segments(const char* glob, void (*each)(const char* name, void* context), void* context) {
    return detail::c::guarded([&] {
        if (each == nullptr) throw Error(Errc::invalid_argument, "the function to call with each name is NULL");
        for (const auto& found : inspect::find(glob == nullptr ? "*" : glob)) each(found.name.c_str(), context);
        return HANDOFF_OK;
    });
}

handoff_status handoff_clean(const char* name, uint32_t* recovered, bool* removed) {
    return detail::c::guarded([&]() -> handoff_status {
        const auto cleaned = inspect::clean(detail::c::text(name, "the name"));
        if (!cleaned) return detail::c::status_of(cleaned.error());
        if (recovered != nullptr) *recovered = cleaned->recovered;
        if (removed != nullptr) *removed = cleaned->removed;
        return HANDOFF_OK;
    });
}

handoff_status handoff_remove(const char* name, bool force) {
    return detail::c::guarded(
        [&] { return detail::c::status_of(inspect::remove(detail::c::text(name, "the name"), force)); });
}

}  // extern "C"
