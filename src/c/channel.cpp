#include "c/channel.hpp"

#include "c/border.hpp"

namespace handoff::detail::c {

ChannelOptions channel_options(const handoff_channel_options* options) {
    const handoff_channel_options given = options_or(options, handoff_channel_options HANDOFF_CHANNEL_OPTIONS_INIT);
    ChannelOptions made;
    made.slot_count = given.slot_count;
    made.payload_bytes = capacity(given.payload_bytes, "payload_bytes");
    made.reply_bytes = capacity(given.reply_bytes, "reply_bytes");
    made.participants = given.participants;
    made.max_deliveries = given.max_deliveries;
    made.in_place = flag(given.in_place, "in_place");
    made.lifetime = enumerator(given.lifetime, Lifetime::persistent, "lifetime");
    made.mode = given.mode;
    if (given.group != nullptr) made.group = given.group;
    made.open = enumerator(given.open, Open::attach, "open");
    made.wait = enumerator(given.wait, WaitPolicy::sleep, "wait");
    made.attach_deadline = deadline(given.attach_timeout_ns);
    made.timestamps = enumerator(given.timestamps, Timestamps::coarse, "timestamps");
    made.prefault = flag(given.prefault, "prefault");
    return made;
}

handoff_status fill_info(const ChannelInfo& info, handoff_channel_info* out) {
    handoff_channel_info filled = HANDOFF_CHANNEL_INFO_INIT;
    filled.payload_bytes = info.payload_bytes;
    filled.reply_bytes = info.reply_bytes;
    filled.slot_count = info.slot_count;
    filled.participants = info.participants;
    filled.max_deliveries = info.max_deliveries;
    filled.in_place = info.in_place ? 1 : 0;
    filled.lifetime = static_cast<uint32_t>(info.lifetime);
    set_name(filled.name, info.name);
    return fill(filled, out);
}

handoff_status fill_state(const ChannelState& state, handoff_channel_state* out) {
    return fill({sizeof(handoff_channel_state), state.free, state.loaned, state.ready, state.taken, state.answered,
                 state.senders, state.receivers, 0, state.redelivered, state.given_up},
                out);
}

handoff_status fill_text(const std::string& text, char* buffer, std::size_t buffer_bytes) {
    if (buffer_bytes > 0) place(buffer, "the buffer")[text.copy(buffer, buffer_bytes - 1)] = '\0';
    return HANDOFF_OK;
}

}  // namespace handoff::detail::c
