// Generated from describe/handoff.toml by describe/generate.py: do not edit.
// clang-format off
#pragma once

#include "described/field.hpp"

namespace handoff::detail::described {

inline constexpr std::string_view open_words[]{"create_or_attach", "create", "attach"};
inline constexpr std::string_view lifetime_words[]{"until_last_leaves", "persistent"};
inline constexpr std::string_view sync_words[]{"futex", "boost"};
inline constexpr std::string_view timestamps_words[]{"exact", "coarse"};
inline constexpr std::string_view wait_policy_words[]{"busy", "balanced", "sleep"};
inline constexpr std::string_view start_words[]{"newest", "oldest", "next"};
inline constexpr std::string_view errc_words[]{"timed_out", "full", "empty", "end_of_stream", "failed", "given_up", "too_large", "invalid_argument", "invalid_handle", "no_such_segment", "already_exists", "wrong_kind", "wrong_version", "not_a_segment", "mismatch", "permission_denied", "no_space", "too_many_participants", "damaged", "ownership_lost", "system", "removed", "stopped"};
inline constexpr std::string_view encoding_words[]{"none", "mono8", "mono16", "bgr8", "rgb8", "bgra8", "rgba8", "bgr16", "rgb16", "8UC2", "8SC1", "8SC2", "8SC3", "8SC4", "16UC1", "16UC2", "16UC3", "16UC4", "16SC1", "16SC2", "16SC3", "16SC4", "32SC1", "32SC2", "32SC3", "32SC4", "32FC1", "32FC2", "32FC3", "32FC4", "64FC1", "64FC2", "64FC3", "64FC4", "bayer_rggb8", "bayer_bggr8", "bayer_gbrg8", "bayer_grbg8", "array"};
inline constexpr std::string_view dtype_words[]{"bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "bfloat16"};
inline constexpr Pixel encoding_pixels[]{{0, 0, 'u'}, {1, 1, 'u'}, {1, 2, 'u'}, {3, 1, 'u'}, {3, 1, 'u'}, {4, 1, 'u'}, {4, 1, 'u'}, {3, 2, 'u'}, {3, 2, 'u'}, {2, 1, 'u'}, {1, 1, 'i'}, {2, 1, 'i'}, {3, 1, 'i'}, {4, 1, 'i'}, {1, 2, 'u'}, {2, 2, 'u'}, {3, 2, 'u'}, {4, 2, 'u'}, {1, 2, 'i'}, {2, 2, 'i'}, {3, 2, 'i'}, {4, 2, 'i'}, {1, 4, 'i'}, {2, 4, 'i'}, {3, 4, 'i'}, {4, 4, 'i'}, {1, 4, 'f'}, {2, 4, 'f'}, {3, 4, 'f'}, {4, 4, 'f'}, {1, 8, 'f'}, {2, 8, 'f'}, {3, 8, 'f'}, {4, 8, 'f'}, {1, 1, 'u'}, {1, 1, 'u'}, {1, 1, 'u'}, {1, 1, 'u'}, {0, 0, 'u'}};
inline constexpr Item dtype_items[]{{1, 'b'}, {1, 'u'}, {2, 'u'}, {4, 'u'}, {8, 'u'}, {1, 'i'}, {2, 'i'}, {4, 'i'}, {8, 'i'}, {2, 'f'}, {4, 'f'}, {8, 'f'}, {2, 'f'}};
namespace channel_shape_limits { inline constexpr Limit slot_count{1, 65535, 8}, participants{2, 1024, 32}, max_deliveries{0, 255, 10}; }
namespace topic_shape_limits { inline constexpr Limit history{1, 16384, 8}, loans{1, 1024, 4}, pin_budget{0, 1024, 8}, participants{2, 64, 32}; }
namespace latest_shape_limits { inline constexpr Limit participants{2, 64, 16}; }

template <class Visit, class... S>
void each_channel_shape(Visit&& visit, S&... s) {
    visit(Field{"slot_count", "slotCount", Field::Type::u32, {}, "messages that can exist at once (1 to 65,535; default 8; at least)"}, s.slot_count...);
    visit(Field{"payload_bytes", "payloadBytes", Field::Type::u64, {}, "capacity for the request; without it nothing is created (1 or more; at least)"}, s.payload_bytes...);
    visit(Field{"reply_bytes", "replyBytes", Field::Type::u64, {}, "capacity for the answer (default 0; at least)"}, s.reply_bytes...);
    visit(Field{"participants", "participants", Field::Type::u32, {}, "senders and receivers attached at once (2 to 1,024; default 32; at least)"}, s.participants...);
    visit(Field{"max_deliveries", "maxDeliveries", Field::Type::u32, {}, "deliveries of one request before it is given up (1 to 255, or 0: no limit; default 10; equal)"}, s.max_deliveries...);
    visit(Field{"in_place", "inPlace", Field::Type::flag, {}, "receivers may edit the payload; a receiver's death then means failed, never redelivery (equal)"}, s.in_place...);
    visit(Field{"sync", "sync", Field::Type::word, sync_words, "on what the processes sleep (default futex; equal)"}, s.sync...);
    visit(Field{"lifetime", "lifetime", Field::Type::word, lifetime_words, "when the name is removed (default until_last_leaves; set by the creator)"}, s.lifetime...);
    visit(Field{"mode", "mode", Field::Type::u32, {}, "rights, octal as in chmod; the umask does not change them (default 0600; set by the creator)"}, s.mode...);
    visit(Field{"group", "group", Field::Type::text, {}, "name of the group that owns it (default the creator's; set by the creator)"}, s.group...);
}

template <class Visit, class... S>
void each_topic_shape(Visit&& visit, S&... s) {
    visit(Field{"history", "history", Field::Type::u32, {}, "messages kept (1 to 16,384; default 8; at least)"}, s.history...);
    visit(Field{"payload_bytes", "payloadBytes", Field::Type::u64, {}, "capacity of a message; without it nothing is created (1 or more; at least)"}, s.payload_bytes...);
    visit(Field{"loans", "loans", Field::Type::u32, {}, "loans that all publishers together may hold at once (1 to 1,024; default 4; at least)"}, s.loans...);
    visit(Field{"pin_budget", "pinBudget", Field::Type::u32, {}, "messages that all subscribers together may hold at once (0 to 1,024; default 8; at least)"}, s.pin_budget...);
    visit(Field{"participants", "participants", Field::Type::u32, {}, "publishers and subscribers attached at once; read_only ones do not count (2 to 64; default 32; at least)"}, s.participants...);
    visit(Field{"sync", "sync", Field::Type::word, sync_words, "on what the processes sleep (default futex; equal)"}, s.sync...);
    visit(Field{"lifetime", "lifetime", Field::Type::word, lifetime_words, "when the name is removed (default until_last_leaves; set by the creator)"}, s.lifetime...);
    visit(Field{"mode", "mode", Field::Type::u32, {}, "rights, octal as in chmod; the umask does not change them (default 0600; set by the creator)"}, s.mode...);
    visit(Field{"group", "group", Field::Type::text, {}, "name of the group that owns it (default the creator's; set by the creator)"}, s.group...);
}

template <class Visit, class... S>
void each_latest_shape(Visit&& visit, S&... s) {
    visit(Field{"capacity_bytes", "capacityBytes", Field::Type::u64, {}, "capacity of the value; without it nothing is created (1 or more; at least)"}, s.capacity_bytes...);
    visit(Field{"participants", "participants", Field::Type::u32, {}, "handles that may write, attached at once; read_only ones do not count (2 to 64; default 16; at least)"}, s.participants...);
    visit(Field{"sync", "sync", Field::Type::word, sync_words, "on what the processes sleep (default futex; equal)"}, s.sync...);
    visit(Field{"lifetime", "lifetime", Field::Type::word, lifetime_words, "when the name is removed (default until_last_leaves; set by the creator)"}, s.lifetime...);
    visit(Field{"mode", "mode", Field::Type::u32, {}, "rights, octal as in chmod; the umask does not change them (default 0600; set by the creator)"}, s.mode...);
    visit(Field{"group", "group", Field::Type::text, {}, "name of the group that owns it (default the creator's; set by the creator)"}, s.group...);
}

template <class Visit, class... S>
void each_handle_options(Visit&& visit, S&... s) {
    visit(Field{"open", "open", Field::Type::word, open_words, "create, attach, or both (default create_or_attach)"}, s.open...);
    visit(Field{"wait", "wait", Field::Type::word, wait_policy_words, "how this handle waits (default balanced)"}, s.wait...);
    visit(Field{"timestamps", "timestamps", Field::Type::word, timestamps_words, "how exact this handle's timestamps are (default exact)"}, s.timestamps...);
    visit(Field{"prefault", "prefault", Field::Type::flag, {}, "map all pages when opening: a slower start, no page faults later"}, s.prefault...);
}

template <class Visit, class... S>
void each_subscriber_options(Visit&& visit, S&... s) {
    visit(Field{"pins", "pins", Field::Type::u32, {}, "messages that it may hold at once, out of the topic's pin budget; 0: it can only copy (default 2)"}, s.pins...);
    visit(Field{"start", "start", Field::Type::word, start_words, "its first message (default newest)"}, s.start...);
    visit(Field{"read_only", "readOnly", Field::Type::flag, {}, "Maps the segment without write access (the kernel enforces it). Such a subscriber takes no place in the table, holds no pins, can only copy, and cannot be notified: a wait polls once a millisecond. It still needs the right to read the segment. It never removes the name: if it is the last to leave, the name stays until another handle is opened and closed."}, s.read_only...);
}

template <class Visit, class... S>
void each_latest_options(Visit&& visit, S&... s) {
    visit(Field{"read_only", "readOnly", Field::Type::flag, {}, "Maps the segment without write access (the kernel enforces it) and takes no place in the table. Such a handle cannot be notified: a wait polls once a millisecond. It never removes the name: if it is the last to leave, the name stays until another handle is opened and closed."}, s.read_only...);
}

inline constexpr char channel_info_says[] = "The shape of an open channel.";
template <class Visit, class... S>
void each_channel_info(Visit&& visit, S&... s) {
    visit(Field{"name", "name", Field::Type::text, {}, ""}, s.name...);
    visit(Field{"slot_count", "slotCount", Field::Type::u32, {}, ""}, s.slot_count...);
    visit(Field{"payload_bytes", "payloadBytes", Field::Type::u64, {}, ""}, s.payload_bytes...);
    visit(Field{"reply_bytes", "replyBytes", Field::Type::u64, {}, ""}, s.reply_bytes...);
    visit(Field{"participants", "participants", Field::Type::u32, {}, ""}, s.participants...);
    visit(Field{"max_deliveries", "maxDeliveries", Field::Type::u32, {}, ""}, s.max_deliveries...);
    visit(Field{"in_place", "inPlace", Field::Type::flag, {}, ""}, s.in_place...);
    visit(Field{"sync", "sync", Field::Type::word, sync_words, ""}, s.sync...);
    visit(Field{"lifetime", "lifetime", Field::Type::word, lifetime_words, ""}, s.lifetime...);
    visit(Field{"mode", "mode", Field::Type::u32, {}, "rights of the segment's file, octal as in chmod"}, s.mode...);
    visit(Field{"group", "group", Field::Type::text, {}, "group of the segment's file; its number where it has no name"}, s.group...);
    visit(Field{"instance", "instance", Field::Type::id, {}, "random: distinguishes this segment from others of the same name"}, s.instance...);
}

inline constexpr char channel_state_says[] = "Counts of a channel. Not a snapshot: each counter is read separately.";
template <class Visit, class... S>
void each_channel_state(Visit&& visit, S&... s) {
    visit(Field{"free", "free", Field::Type::u32, {}, "slots of no message"}, s.free...);
    visit(Field{"loaned", "loaned", Field::Type::u32, {}, "slots that senders write into"}, s.loaned...);
    visit(Field{"ready", "ready", Field::Type::u32, {}, "requests that wait for a receiver"}, s.ready...);
    visit(Field{"taken", "taken", Field::Type::u32, {}, "requests that receivers hold"}, s.taken...);
    visit(Field{"answered", "answered", Field::Type::u32, {}, "answers that are not collected yet"}, s.answered...);
    visit(Field{"senders", "senders", Field::Type::u32, {}, "attached, the dead included until they are recovered"}, s.senders...);
    visit(Field{"receivers", "receivers", Field::Type::u32, {}, "attached, the dead included until they are recovered"}, s.receivers...);
    visit(Field{"redelivered", "redelivered", Field::Type::u64, {}, "since the channel was created"}, s.redelivered...);
    visit(Field{"given_up", "givenUp", Field::Type::u64, {}, "since the channel was created"}, s.given_up...);
}

inline constexpr char topic_info_says[] = "The shape of an open topic.";
template <class Visit, class... S>
void each_topic_info(Visit&& visit, S&... s) {
    visit(Field{"name", "name", Field::Type::text, {}, ""}, s.name...);
    visit(Field{"history", "history", Field::Type::u32, {}, ""}, s.history...);
    visit(Field{"payload_bytes", "payloadBytes", Field::Type::u64, {}, ""}, s.payload_bytes...);
    visit(Field{"loans", "loans", Field::Type::u32, {}, ""}, s.loans...);
    visit(Field{"pin_budget", "pinBudget", Field::Type::u32, {}, ""}, s.pin_budget...);
    visit(Field{"slot_count", "slotCount", Field::Type::u32, {}, ""}, s.slot_count...);
    visit(Field{"participants", "participants", Field::Type::u32, {}, ""}, s.participants...);
    visit(Field{"sync", "sync", Field::Type::word, sync_words, ""}, s.sync...);
    visit(Field{"lifetime", "lifetime", Field::Type::word, lifetime_words, ""}, s.lifetime...);
    visit(Field{"mode", "mode", Field::Type::u32, {}, "rights of the segment's file, octal as in chmod"}, s.mode...);
    visit(Field{"group", "group", Field::Type::text, {}, "group of the segment's file; its number where it has no name"}, s.group...);
    visit(Field{"instance", "instance", Field::Type::id, {}, "random: distinguishes this segment from others of the same name"}, s.instance...);
}

inline constexpr char topic_state_says[] = "Counts of a topic. Not a snapshot: each counter is read separately.";
template <class Visit, class... S>
void each_topic_state(Visit&& visit, S&... s) {
    visit(Field{"free", "free", Field::Type::u32, {}, "slots of no message"}, s.free...);
    visit(Field{"loaned", "loaned", Field::Type::u32, {}, "slots that publishers write into"}, s.loaned...);
    visit(Field{"published", "published", Field::Type::u32, {}, "messages that are kept, or evicted and still pinned"}, s.published...);
    visit(Field{"pinned", "pinned", Field::Type::u32, {}, "messages that subscribers hold: published, kept or evicted"}, s.pinned...);
    visit(Field{"publishers", "publishers", Field::Type::u32, {}, "attached, the dead included until they are recovered"}, s.publishers...);
    visit(Field{"subscribers", "subscribers", Field::Type::u32, {}, "attached, the dead included until they are recovered"}, s.subscribers...);
    visit(Field{"newest", "newest", Field::Type::u64, {}, "sequence of the newest message, 0: none yet"}, s.newest...);
}

inline constexpr char latest_info_says[] = "The shape of an open latest value.";
template <class Visit, class... S>
void each_latest_info(Visit&& visit, S&... s) {
    visit(Field{"name", "name", Field::Type::text, {}, ""}, s.name...);
    visit(Field{"capacity_bytes", "capacityBytes", Field::Type::u64, {}, ""}, s.capacity_bytes...);
    visit(Field{"participants", "participants", Field::Type::u32, {}, ""}, s.participants...);
    visit(Field{"sync", "sync", Field::Type::word, sync_words, ""}, s.sync...);
    visit(Field{"lifetime", "lifetime", Field::Type::word, lifetime_words, ""}, s.lifetime...);
    visit(Field{"mode", "mode", Field::Type::u32, {}, "rights of the segment's file, octal as in chmod"}, s.mode...);
    visit(Field{"group", "group", Field::Type::text, {}, "group of the segment's file; its number where it has no name"}, s.group...);
    visit(Field{"instance", "instance", Field::Type::id, {}, "random: distinguishes this segment from others of the same name"}, s.instance...);
}

template <class Visit, class... S>
void each_processed_info(Visit&& visit, S&... s) {
    visit(Field{"sequence", "sequence", Field::Type::u64, {}, "counts the requests of this sender from 1"}, s.sequence...);
    visit(Field{"deliveries", "deliveries", Field::Type::u32, {}, "1, or more if receivers gave it back or died holding it"}, s.deliveries...);
    visit(Field{"round_trip_ns", "roundTripNs", Field::Type::ns, {}, "from send to processed, as stamped in the segment"}, s.round_trip_ns...);
    visit(Field{"image", "image", Field::Type::image, {}, "description of the payload"}, s.image...);
    visit(Field{"reply_image", "replyImage", Field::Type::image, {}, "description of the answer"}, s.reply_image...);
}

template <class Visit, class... S>
void each_request_info(Visit&& visit, S&... s) {
    visit(Field{"sender", "sender", Field::Type::id, {}, "its sender: the same for all requests of one sender, never used again by another"}, s.sender...);
    visit(Field{"sequence", "sequence", Field::Type::u64, {}, "counts the sender's requests from 1; the same in every delivery"}, s.sequence...);
    visit(Field{"deliveries", "deliveries", Field::Type::u32, {}, "1 the first time"}, s.deliveries...);
    visit(Field{"sent_ns", "sentNs", Field::Type::ns, {}, "when it was sent, CLOCK_MONOTONIC"}, s.sent_ns...);
    visit(Field{"taken_ns", "takenNs", Field::Type::ns, {}, "when this receiver took it, CLOCK_MONOTONIC"}, s.taken_ns...);
    visit(Field{"image", "image", Field::Type::image, {}, "description of the payload"}, s.image...);
    visit(Field{"awaited", "awaited", Field::Type::flag, {}, "an answer is awaited; not if it was sent with send, or its sender stopped waiting before it was taken"}, s.awaited...);
}

template <class Visit, class... S>
void each_message_info(Visit&& visit, S&... s) {
    visit(Field{"bytes", "byteLength", Field::Type::u64, {}, "of the message"}, s.bytes...);
    visit(Field{"sequence", "sequence", Field::Type::u64, {}, "counts the messages of the topic from 1, over all publishers"}, s.sequence...);
    visit(Field{"lost", "lost", Field::Type::u64, {}, "Messages between the previous one and this one: overwritten, or skipped. Exact."}, s.lost...);
    visit(Field{"published_ns", "publishedNs", Field::Type::ns, {}, "CLOCK_MONOTONIC"}, s.published_ns...);
    visit(Field{"image", "image", Field::Type::image, {}, "its description"}, s.image...);
}

template <class Visit, class... S>
void each_reading(Visit&& visit, S&... s) {
    visit(Field{"bytes", "byteLength", Field::Type::u64, {}, "of the value"}, s.bytes...);
    visit(Field{"sequence", "sequence", Field::Type::u64, {}, "counts the writes from 1, over all writers"}, s.sequence...);
    visit(Field{"written_ns", "writtenNs", Field::Type::ns, {}, "CLOCK_MONOTONIC"}, s.written_ns...);
}

}  // namespace handoff::detail::described
