#include "c/channel.hpp"

#include "c/border.hpp"

namespace handoff::detail::c {

ChannelOpening channel_opening(const handoff_channel_options* options) {
    const auto asked = options_or(options, handoff_channel_options HANDOFF_CHANNEL_OPTIONS_INIT);
    ChannelOpening made;
    made.shape.slot_count = given(asked.slot_count);
    made.shape.payload_bytes = given_capacity(asked.payload_bytes, "payload_bytes");
    made.shape.reply_bytes = given_capacity(asked.reply_bytes, "reply_bytes");
    made.shape.participants = given(asked.participants);
    made.shape.max_deliveries = given(asked.max_deliveries);
    made.shape.in_place = given_flag(asked.in_place, "in_place");
    made.shape.sync = given_enumerator(asked.sync, Sync::boost, "sync");
    made.shape.lifetime = given_enumerator(asked.lifetime, Lifetime::persistent, "lifetime");
    made.shape.mode = given(asked.mode);
    made.shape.group = given_text(asked.group);
    made.handle = handle_from<HandleOptions>(asked);
    made.handle.prefault = flag(asked.prefault, "prefault");
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
    filled.sync = static_cast<uint32_t>(info.sync);
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
