#include <handoff/c/latest.h>
#include <handoff/latest.hpp>

#include "c/abi_guard.hpp"
#include "c/convert.hpp"

using namespace handoff;

struct handoff_latest {
    LatestBytes value;
};

namespace {

LatestShape shape_from(const handoff_latest_shape* shape) {
    const auto asked = detail::c::options_or(shape, handoff_latest_shape_init);
    LatestShape made;
    detail::described::each_latest_shape(detail::c::take_field, asked, made);
    return made;
}

LatestOptions options_from(const handoff_handle_options* handle, const handoff_latest_options* options) {
    const auto asked = detail::c::options_or(options, handoff_latest_options_init);
    auto made = detail::c::handle_from<LatestOptions>(handle);
    detail::described::each_latest_options(detail::c::take_field, asked, made);
    return made;
}

handoff_status store_reading(const result<Reading>& read, handoff_reading* reading) {
    if (!read) return detail::c::refuse(read.error());
    if (reading == nullptr) return HANDOFF_OK;
    handoff_reading filled;
    handoff_reading_init(&filled);
    filled.bytes = read->size;
    filled.sequence = read->sequence;
    filled.written_ns = detail::c::ns_of(read->written_at);
    return detail::c::fill(filled, reading);
}

LatestBytes& latest_of(handoff_latest* latest) {
    return detail::c::handle(latest, "latest value").value;
}
const LatestBytes& latest_of(const handoff_latest* latest) {
    return detail::c::handle(latest, "latest value").value;
}

}  // namespace

extern "C" {

handoff_status handoff_latest_open(const char* name, const handoff_latest_shape* shape,
                                   const handoff_handle_options* handle, const handoff_latest_options* options,
                                   handoff_latest** latest) {
    return detail::c::guarded([&] {
        detail::c::place(latest, "the latest value");
        *latest = new handoff_latest{
            LatestBytes(detail::c::text(name, "the name"), shape_from(shape), options_from(handle, options))};
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
        handoff_latest_info filled;
        handoff_latest_info_init(&filled);
        detail::described::each_latest_info(detail::c::give_field, about, filled);
        return detail::c::fill(filled, info);
    });
}

}  // extern "C"
