#include <handoff/c/latest.h>
#include <handoff/latest.hpp>

#include "c/border.hpp"

using namespace handoff;

struct handoff_latest {
    LatestBytes value;
};

namespace {

LatestBytes open_latest(const char* name, const handoff_latest_options* options) {
    const auto asked = detail::c::options_or(options, handoff_latest_options HANDOFF_LATEST_OPTIONS_INIT);
    LatestShape shape;
    shape.capacity_bytes = detail::c::given_capacity(asked.capacity_bytes, "capacity_bytes");
    shape.participants = detail::c::given(asked.participants);
    shape.sync = detail::c::given_enumerator(asked.sync, Sync::boost, "sync");
    shape.lifetime = detail::c::given_enumerator(asked.lifetime, Lifetime::persistent, "lifetime");
    shape.mode = detail::c::given(asked.mode);
    shape.group = detail::c::given_text(asked.group);
    auto handle = detail::c::handle_from<LatestOptions>(asked);
    handle.read_only = detail::c::flag(asked.read_only, "read_only");
    return {detail::c::text(name, "the name"), shape, handle};
}

handoff_status store_reading(const result<Reading>& read, handoff_reading* reading) {
    if (!read) return detail::c::refuse(read.error());
    if (reading == nullptr) return HANDOFF_OK;
    return detail::c::fill({sizeof(handoff_reading), read->size, read->sequence, detail::c::ns_of(read->written_at)},
                           reading);
}

LatestBytes& latest_of(handoff_latest* latest) {
    return detail::c::handle(latest, "latest value").value;
}
const LatestBytes& latest_of(const handoff_latest* latest) {
    return detail::c::handle(latest, "latest value").value;
}

}  // namespace

extern "C" {

handoff_status handoff_latest_open(const char* name, const handoff_latest_options* options, handoff_latest** latest) {
    return detail::c::guarded([&] {
        detail::c::place(latest, "the latest value");
        *latest = new handoff_latest{open_latest(name, options)};
        return HANDOFF_OK;
    });
}

void handoff_latest_close(handoff_latest** latest) {
    detail::c::drop(latest);
}

handoff_status handoff_latest_write(handoff_latest* latest, const void* value, size_t bytes, uint64_t* sequence) {
    return detail::c::guarded([&] {
        if (bytes > 0) detail::c::place(value, "the value");
        return detail::c::store(latest_of(latest).write({static_cast<const std::byte*>(value), bytes}), sequence);
    });
}

handoff_status handoff_latest_read(const handoff_latest* latest, void* buffer, size_t buffer_bytes,
                                   handoff_reading* reading) {
    return detail::c::guarded(
        [&] { return store_reading(latest_of(latest).read(detail::c::room(buffer, buffer_bytes)), reading); });
}

handoff_status handoff_latest_wait_newer(handoff_latest* latest, void* buffer, size_t buffer_bytes, int64_t timeout_ns,
                                         const handoff_stop* stop, handoff_reading* reading) {
    return detail::c::guarded([&] {
        return store_reading(
            latest_of(latest).wait_newer(detail::c::room(buffer, buffer_bytes), detail::c::wait(timeout_ns, stop)),
            reading);
    });
}

bool handoff_latest_has_newer(const handoff_latest* latest) {
    return latest != nullptr && latest->value.has_newer();
}

handoff_status handoff_latest_waitable(const handoff_latest* latest, handoff_waitable** waitable) {
    return detail::c::deliver_waitable(waitable, [&]() -> const LatestBytes& { return latest_of(latest); });
}

handoff_status handoff_latest_descriptor(const handoff_latest* latest, int* descriptor) {
    return detail::c::store_descriptor(descriptor, [&]() -> const LatestBytes& { return latest_of(latest); });
}

handoff_status handoff_latest_about(const handoff_latest* latest, handoff_latest_info* info) {
    return detail::c::guarded([&] {
        const LatestInfo about = latest_of(latest).info();
        handoff_latest_info filled = HANDOFF_LATEST_INFO_INIT;
        filled.capacity_bytes = about.capacity_bytes;
        filled.participants = about.participants;
        filled.sync = static_cast<uint32_t>(about.sync);
        filled.lifetime = static_cast<uint32_t>(about.lifetime);
        detail::c::set_name(filled.name, about.name);
        return detail::c::fill(filled, info);
    });
}

}  // extern "C"
