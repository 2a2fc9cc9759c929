#include <handoff/c/memory.h>

#include <memory>

#include "c/abi_guard.hpp"
#include "segment/segment.hpp"

using namespace handoff;

struct handoff_mapping {
    std::shared_ptr<const void> kept;
};

extern "C" {

handoff_status handoff_mapping_keep(const void* address, handoff_mapping** mapping) {
    return detail::c::guarded([&] {
        detail::c::place(mapping, "the mapping");
        auto kept = detail::segment::keep_mapped(address);
        if (kept == nullptr)
            throw Error(Errc::invalid_argument,
                        "no segment is mapped there: give an address in the payload or reply of a slot that is held");
        *mapping = new handoff_mapping{std::move(kept)};
        return HANDOFF_OK;
    });
}

void handoff_mapping_drop(handoff_mapping** mapping) {
    detail::c::drop(mapping);
}

}  // extern "C"
