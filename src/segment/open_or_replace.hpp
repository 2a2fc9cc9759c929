// Opening what a shape describes: create it, attach to one that offers at least this, or replace one that does not and
// is not in use. One template for all patterns; each has a class Pattern of static members for its own part:
//
//   Shape                            the public struct; a field without a value asks for nothing
//   word, size_field, size_question  "channel", "payload_bytes", "how large is one message?"
//   size_of(shape)                   without it nothing can be created
//   check(shape)                     refuses invalid values in the pattern's own fields
//   blueprint_for(shape)             of the segment to create: what was not given gets its default
//   blueprint_of, initialise         as in OpenRequest
//   demands(shape, geometry)         field by field, what an existing segment has and what is asked for
//   is_persistent(geometry)
//   visit(segment)                   joins without a role and leaves; returns the number of unread messages. The last
//                                    one that leaves removes a segment without any: then a new one can be created.
#pragma once

#include <handoff/error.hpp>
#include <handoff/options.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "described/field.hpp"
#include "segment/name.hpp"
#include "segment/segment.hpp"

namespace handoff::detail::segment {

/// One field of a shape: what an existing segment has, and what is asked for, if anything.
struct Demand {
    enum class Rule : std::uint8_t { at_least, equal, equal_flag, equal_sync };
    std::string_view field;
    std::uint64_t has = 0;
    std::optional<std::uint64_t> asked;
    Rule rule = Rule::at_least;
};
/// "slot_count = 4 (at least 8 was asked for), in_place = false (true was asked for)"; "" if all of them are met.
std::string unmet(std::span<const Demand> demands);

Demand sync_demand(bool has_boost, std::optional<Sync> asked);

/// Refuses a given number that is not in the range. Errors: invalid_argument.
result<void> check_range(std::string_view field, std::optional<std::uint64_t> given, const described::Limit& limit);

/// The fields that all patterns check in the same way.
struct Common {
    std::string_view size_field;
    std::string_view size_question;
    std::optional<std::uint64_t> size;
    std::optional<Lifetime> lifetime;
    std::optional<std::uint32_t> mode;
    std::optional<Sync> sync;
    bool read_only = false;
};
/// Errors: invalid_argument.
result<void> check_common(const Common& common, const HandleOptions& handle);

/// The parts of the message of `mismatch`.
struct Refusal {
    std::string_view word;
    std::string_view name;
    std::string what;  ///< unmet()
    std::uint32_t unread = 0;
    bool is_replaced_when_left = false;  ///< opening it again creates a new one, once no live process uses it
};
Failure mismatch(const Refusal& refusal);

/// Refuses an invalid shape before anything is created or opened. Errors: invalid_argument.
template <class Pattern>
result<void> check_shape(const typename Pattern::Shape& shape, const HandleOptions& handle, bool read_only = false) {
    if (auto checked = Pattern::check(shape); !checked) return checked;
    if (auto checked = check_common({Pattern::size_field, Pattern::size_question, Pattern::size_of(shape),
                                     shape.lifetime, shape.mode, shape.sync, read_only},
                                    handle);
        !checked)
        return checked;
    Geometry geometry;
    if (Pattern::size_of(shape) && !lay_out(Pattern::blueprint_for(shape), geometry))
        return Failure(Errc::invalid_argument, "so many messages of so many bytes are larger than any memory");
    return success();
}

/// The request to open or create the segment. REQUIRES: check_shape() succeeded.
template <class Pattern>
OpenRequest request_for(std::string_view name, const typename Pattern::Shape& shape, const HandleOptions& handle,
                        bool read_only = false) {
    OpenRequest request;
    request.name = name;
    request.mode = mode_for(handle.open, Pattern::size_of(shape).has_value() && !read_only);
    request.attach_wait = {Deadline(handle.attach_timeout), handle.attach_stop};
    request.blueprint = Pattern::blueprint_for(shape);
    request.size_field = handle.open == Open::attach || read_only ? std::string_view() : Pattern::size_field;
    request.file_mode = shape.mode.value_or(default_mode);
    request.group = shape.group.value_or("");
    request.read_only = read_only;
    request.prefault = handle.prefault;
    request.blueprint_of = Pattern::blueprint_of;
    request.initialise = Pattern::initialise;
    return request;
}

/// The number of unread messages in a segment that does not fit; see Pattern::visit. 0 if it is full and the caller
/// cannot join.
template <class Pattern>
std::uint32_t visit(Segment segment) try {
    return Pattern::visit(std::move(segment));
} catch (const Error& error) {
    if (error.failure() == Errc::too_many_participants) return 0;
    throw;
}

/// Opens the segment and lets `join(Segment)` join it. Throws Error: see Sender::Sender.
template <class Pattern, class Join>
auto open_or_replace(std::string_view name, const typename Pattern::Shape& shape, const HandleOptions& handle,
                     bool read_only, Join&& join) {
    check_shape<Pattern>(shape, handle, read_only).value();
    check_name(name).value();
    const OpenRequest request = request_for<Pattern>(name, shape, handle, read_only);
    for (bool again = false;; again = true) {
        Segment segment = Segment::open(request);
        const Geometry existing = segment.geometry();
        const std::string refusal = unmet(Pattern::demands(shape, existing));
        if (refusal.empty()) return join(std::move(segment));
        const bool may_create = request.mode == OpenMode::create_or_attach;
        const std::uint32_t unread = may_create ? visit<Pattern>(std::move(segment)) : 0;
        if (may_create && unread == 0 && !again) continue;
        throw Error(mismatch({Pattern::word, name, refusal, unread, may_create && !Pattern::is_persistent(existing)}));
    }
}

/// Bytes of a segment of that shape. Errors: invalid_argument.
template <class Pattern>
result<std::uint64_t> bytes_for(const typename Pattern::Shape& shape) {
    if (!Pattern::size_of(shape))
        return Failure(Errc::invalid_argument, std::string(Pattern::size_question) + " Without " +
                                                   std::string(Pattern::size_field) + " nothing can be planned");
    if (auto checked = check_shape<Pattern>(shape, {}); !checked) return checked.error();
    Geometry geometry;
    (void)lay_out(Pattern::blueprint_for(shape), geometry);  // check_shape() has done it successfully
    return geometry.segment_bytes;
}

}  // namespace handoff::detail::segment
