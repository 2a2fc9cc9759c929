#include "tool/metrics/totals.hpp"

#include <utility>

namespace handoff::apps::tool {

using inspect::Kind;
using inspect::Participant;
using inspect::Role;

namespace {

void add_growth(Participant& sum, const Participant& then, const Participant& now) {
    for (const auto member : {&Participant::messages, &Participant::bytes, &Participant::finished, &Participant::failed,
                              &Participant::returned, &Participant::timeouts, &Participant::lost})
        sum.*member += growth(then.*member, now.*member);
    sum.delay += now.delay.since(then.delay);
    sum.work += now.work.since(then.work);
    sum.waiting += now.waiting;
}

}  // namespace

std::vector<Role> roles_of(Kind kind) {
    if (kind == Kind::topic) return {Role::publisher, Role::subscriber};
    if (kind == Kind::latest) return {Role::writer};
    return {Role::sender, Role::receiver};
}

void Totals::add(const std::vector<Look>& looks) {
    std::map<std::string, Seen> here;
    for (const Look& look : looks) {
        if (auto known = segments_.extract(look.file.name); !known.empty()) here.insert(std::move(known));
        if (look.report) add(here[look.file.name], *look.report);
    }
    segments_ = std::move(here);
}

void Totals::add(Seen& seen, const inspect::Report& report) {
    if (seen.instance != report.instance) seen = {};
    seen.instance = report.instance;
    for (const Role role : roles_of(report.kind)) {
        seen.sums[role].role = role;
        seen.sums[role].waiting = 0;
    }
    std::map<std::uint64_t, Participant> here;
    for (const Participant& now : report.participants) {
        const auto sum = seen.sums.find(now.role);
        if (sum == seen.sums.end()) continue;  // an observer, or a damaged entry
        add_growth(sum->second, seen.last[now.id], now);
        here[now.id] = now;
    }
    seen.last = std::move(here);
}

std::vector<Totals::Sum> Totals::of(const std::string& segment) const {
    std::vector<Sum> sums;
    const auto found = segments_.find(segment);
    if (found == segments_.end()) return sums;
    for (const auto& [role, sum] : found->second.sums) sums.push_back(sum);
    return sums;
}

}  // namespace handoff::apps::tool
