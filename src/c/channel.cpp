#include "c/channel.hpp"

#include "c/convert.hpp"

namespace handoff::detail::c {

ChannelShape shape_from(const handoff_channel_shape* shape) {
    const auto asked = options_or(shape, handoff_channel_shape_init);
    ChannelShape made;
    described::each_channel_shape(take_field, asked, made);
    return made;
}

handoff_status fill_info(const ChannelInfo& info, handoff_channel_info* out) {
    handoff_channel_info filled;
    handoff_channel_info_init(&filled);
    described::each_channel_info(give_field, info, filled);
    return fill(filled, out);
}

handoff_status fill_state(const ChannelState& state, handoff_channel_state* out) {
    handoff_channel_state filled;
    handoff_channel_state_init(&filled);
    described::each_channel_state(give_field, state, filled);
    return fill(filled, out);
}

handoff_status fill_text(const std::string& text, char* buffer, std::size_t buffer_bytes) {
    if (buffer_bytes > 0) place(buffer, "the buffer")[text.copy(buffer, buffer_bytes - 1)] = '\0';
    return HANDOFF_OK;
}

}  // namespace handoff::detail::c
