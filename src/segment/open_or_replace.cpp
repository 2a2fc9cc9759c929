#include "segment/open_or_replace.hpp"

namespace handoff::detail::segment {
namespace {

bool is_met(const Demand& demand) noexcept {
    if (!demand.asked) return true;
    return demand.rule == Demand::Rule::at_least ? demand.has >= *demand.asked : demand.has == *demand.asked;
}

std::string format_value(std::uint64_t value, Demand::Rule rule) {
    if (rule == Demand::Rule::equal_flag) return value != 0 ? "true" : "false";
    if (rule == Demand::Rule::equal_sync) return value != 0 ? "boost" : "futex";
    return std::to_string(value);
}

Failure invalid(const std::string& sentence) {
    return {Errc::invalid_argument, sentence};
}

}  // namespace

std::string unmet(std::span<const Demand> demands) {
    std::string list;
    for (const Demand& demand : demands) {
        if (is_met(demand)) continue;
        list.append(list.empty() ? "" : ", ").append(demand.field);
        list += " = " + format_value(demand.has, demand.rule) + " (";
        if (demand.rule == Demand::Rule::at_least) list += "at least ";
        list += format_value(*demand.asked, demand.rule) + " was asked for)";
    }
    return list;
}

Demand sync_demand(bool has_boost, std::optional<Sync> asked) {
    Demand demand{"sync", has_boost ? 1U : 0U, {}, Demand::Rule::equal_sync};
    if (asked) demand.asked = *asked == Sync::boost ? 1 : 0;
    return demand;
}

result<void> check_range(std::string_view field, std::optional<std::uint64_t> given, const described::Limit& limit) {
    if (!given || (*given >= limit.least && *given <= limit.most)) return success();
    return invalid(std::string(field) + " = " + std::to_string(*given) + ": " + std::to_string(limit.least) + " to " +
                   std::to_string(limit.most) + " are possible");
}

result<void> check_common(const Common& common, const HandleOptions& handle) {
    const std::string field(common.size_field);
    if (common.size == std::uint64_t{0})
        return invalid(field + " = 0: at least 1 is possible. Leave it out to attach to what is there");
    if (handle.open > Open::attach) return invalid("open is none of create_or_attach, create, attach");
    if (common.read_only && handle.open == Open::create)
        return invalid("a read_only handle cannot create: let one that writes create it, and attach");
    if (handle.open == Open::create && !common.size)
        return invalid("Open::create needs " + field + ": " + std::string(common.size_question));
    if (handle.wait > WaitPolicy::sleep) return invalid("wait is none of busy, balanced, sleep");
    if (handle.timestamps > Timestamps::coarse) return invalid("timestamps is none of exact, coarse");
    if (common.lifetime > Lifetime::persistent) return invalid("lifetime is none of until_last_leaves, persistent");
    if (common.sync > Sync::boost) return invalid("sync is none of futex, boost");
    return check_mode(common.mode.value_or(default_mode));
}

Failure mismatch(const Refusal& refusal) {
    const std::string name(refusal.name);
    std::string advice = "End the programs that use it, or ask for what it has";
    if (!refusal.is_replaced_when_left)
        advice = "Ask for what it has, or end the programs that use it and remove it (`handoff rm " + name + "`)";
    if (refusal.unread > 0)
        advice = std::to_string(refusal.unread) +
                 (refusal.unread == 1 ? " message in it is unread: let a receiver take it first"
                                      : " messages in it are unread: let a receiver take them first") +
                 ", or ask for what it has";
    return {Errc::mismatch,
            "the " + std::string(refusal.word) + " '" + name + "' exists and has " + refusal.what + ". " + advice};
}

}  // namespace handoff::detail::segment
