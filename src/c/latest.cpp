#include <handoff/c/latest.h>
#include <handoff/latest.hpp>

#include "c/border.hpp"

using namespace handoff;

struct handoff_latest {
    LatestBytes value;
};

namespace {

LatestOptions latest_options(const handoff_latest_options* options) {
    const handoff_latest_options given =
        detail::c::options_or(options, handoff_latest_options HANDOFF_LATEST_OPTIONS_INIT);
    LatestOptions made;
    made.capacity_bytes = detail::c::capacity(given.capacity_bytes, "capacity_bytes");
    made.participants = given.participants;
    made.lifetime = detail::c::enumerator(given.lifetime, Lifetime::persistent, "lifetime");
    made.mode = given.mode;
    if (given.group != nullptr) made.group = given.group;
    made.read_only = detail::c::flag(given.read_only, "read_only");
    made.open = detail::c::enumerator(given.open, Open::attach, "open");
    made.wait = detail::c::enumerator(given.wait, WaitPolicy::sleep, "wait");
    made.attach_deadline = detail::c::deadline(given.attach_timeout_ns);
    made.timestamps = detail::c::enumerator(given.timestamps, Timestamps::coarse, "timestamps");
    return made;
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
        *latest = new handoff_latest{LatestBytes(detail::c::text(name, "the name"), latest_options(options))};
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
                                         handoff_reading* reading) {
    return detail::c::guarded([&] {
        return store_reading(
            latest_of(latest).wait_newer(detail::c::room(buffer, buffer_bytes), detail::c::deadline(timeout_ns)),
            reading);
    });
}

bool handoff_latest_has_newer(const handoff_latest* latest) {
    return latest != nullptr && latest->value.has_newer();
}

handoff_status handoff_latest_waitable(const handoff_latest* latest, handoff_waitable** waitable) {
    return detail::c::guarded([&] {
        detail::c::place(waitable, "the waitable");
        *waitable = new handoff_waitable{latest_of(latest).waitable()};
        return HANDOFF_OK;
    });
}

handoff_status handoff_latest_descriptor(const handoff_latest* latest, int* descriptor) {
    return detail::c::guarded([&] {
        *detail::c::place(descriptor, "the descriptor") = latest_of(latest).descriptor();
        return HANDOFF_OK;
    });
}

handoff_status handoff_latest_about(const handoff_latest* latest, handoff_latest_info* info) {
    return detail::c::guarded([&] {
        const LatestInfo about = latest_of(latest).info();
        handoff_latest_info filled = HANDOFF_LATEST_INFO_INIT;
        filled.capacity_bytes = about.capacity_bytes;
        filled.participants = about.participants;
        filled.lifetime = static_cast<uint32_t>(about.lifetime);
        detail::c::set_name(filled.name, about.name);
        return detail::c::fill(filled, info);
    });
}

}  // extern "C"
