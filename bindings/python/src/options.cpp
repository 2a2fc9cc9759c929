#include "options.hpp"

#include <span>
#include <string_view>

#include "handle.hpp"

namespace handoff::python {

namespace {

template <class E, std::size_t count>
E enumerator(const char* option, const std::string& word, const std::string_view (&words)[count]) {
    std::string known;
    for (std::size_t number = 0; number < count; ++number) {
        if (words[number] == word) return static_cast<E>(number);
        known.append(known.empty() ? "'" : ", '").append(words[number]) += '\'';
    }
    refuse(Errc::invalid_argument, std::string(option) + " = '" + word + "': one of " + known + " is possible");
}

constexpr std::string_view opens[]{"create_or_attach", "create", "attach"};
constexpr std::string_view waits[]{"busy", "balanced", "sleep"};
constexpr std::string_view timestamp_words[]{"exact", "coarse"};
constexpr std::string_view syncs[]{"futex", "boost"};
constexpr std::string_view lifetimes[]{"until_last_leaves", "persistent"};
static_assert(static_cast<int>(Open::attach) == 2 && static_cast<int>(WaitPolicy::sleep) == 2 &&
              static_cast<int>(Lifetime::persistent) == 1 && static_cast<int>(Timestamps::coarse) == 1 &&
              static_cast<int>(Sync::boost) == 1);

}  // namespace

Open open_from(const std::string& word) {
    return enumerator<Open>("open", word, opens);
}
WaitPolicy wait_from(const std::string& word) {
    return enumerator<WaitPolicy>("wait", word, waits);
}
Timestamps timestamps_from(const std::string& word) {
    return enumerator<Timestamps>("timestamps", word, timestamp_words);
}
Lifetime lifetime_from(const std::string& word) {
    return enumerator<Lifetime>("lifetime", word, lifetimes);
}
std::optional<Lifetime> lifetime_if(const std::optional<std::string>& word) {
    return word ? std::optional(lifetime_from(*word)) : std::nullopt;
}
std::optional<Sync> sync_if(const std::optional<std::string>& word) {
    return word ? std::optional(enumerator<Sync>("sync", *word, syncs)) : std::nullopt;
}
std::optional<std::size_t> size_if(std::optional<std::size_t> bytes) {
    return bytes == std::size_t{0} ? std::nullopt : bytes;
}
std::chrono::nanoseconds time_until(Deadline deadline) {
    if (deadline.is_never()) return std::chrono::nanoseconds::max();
    return std::chrono::nanoseconds(deadline.at_ns()) - std::chrono::steady_clock::now().time_since_epoch();
}
std::string word_for(Sync sync) {
    return std::string(syncs[static_cast<std::size_t>(sync)]);
}
std::string word_for(Lifetime lifetime) {
    return std::string(lifetimes[static_cast<std::size_t>(lifetime)]);
}

}  // namespace handoff::python
