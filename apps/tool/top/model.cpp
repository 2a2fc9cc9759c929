#include "tool/top/model.hpp"

#include "tool/format.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

namespace handoff::apps::tool {

namespace {

using inspect::Participant;
using inspect::Report;
using inspect::Role;
using namespace std::chrono_literals;

const Look* find_look(const std::vector<Look>& looks, const std::string& name) {
    const auto found =
        std::find_if(looks.begin(), looks.end(), [&](const Look& look) { return look.file.name == name; });
    return found == looks.end() ? nullptr : &*found;
}

bool somebody_took(const Report& earlier, const Report& later) {
    return std::any_of(later.participants.begin(), later.participants.end(), [&](const Participant& now) {
        if (now.role != Role::receiver) return false;
        const auto then = std::find_if(earlier.participants.begin(), earlier.participants.end(),
                                       [&](const Participant& candidate) { return candidate.id == now.id; });
        return now.messages > (then == earlier.participants.end() ? 0 : then->messages);
    });
}

void count_participants(Row& row, const Report& report) {
    for (const Participant& participant : report.participants) {
        row.alive += participant.life == inspect::Life::alive ? 1 : 0;
        row.stopped += participant.life == inspect::Life::stopped ? 1 : 0;
        row.dead += participant.life == inspect::Life::dead ? 1 : 0;
    }
}

void add_traffic(Row& row, const Traffic& traffic) {
    row.messages_per_second = traffic.messages_per_second;
    row.bytes_per_second = traffic.bytes_per_second;
    row.is_losing = traffic.lost > 0;
    if (traffic.delay.count() == 0) return;
    row.delay_p50 = traffic.delay.percentile(50);
    row.delay_p99 = traffic.delay.percentile(99);
}

/// -1, 0, 1.
template <class T>
int order(const T& left, const T& right) {
    return left < right ? -1 : right < left ? 1 : 0;
}

int order(const Row& left, const Row& right, Column column) {
    const auto filled = [](const Row& row) {
        return row.slots == 0 ? 0.0 : static_cast<double>(row.used) / static_cast<double>(row.slots);
    };
    switch (column) {
        case Column::name:
            break;
        case Column::kind:
            return order(right.kind, left.kind);  // the smallest first
        case Column::slots:
            return order(filled(left), filled(right));
        case Column::alive:
            return order(left.alive, right.alive);
        case Column::stopped:
            return order(left.stopped, right.stopped);
        case Column::dead:
            return order(left.dead, right.dead);
        case Column::messages:
            return order(left.messages_per_second, right.messages_per_second);
        case Column::bytes:
            return order(left.bytes_per_second, right.bytes_per_second);
        case Column::p50:
            return order(left.delay_p50, right.delay_p50);
        case Column::p99:
            return order(left.delay_p99, right.delay_p99);
        case Column::lost:
            return order(left.lost, right.lost);
        case Column::redelivered:
            return order(left.redelivered, right.redelivered);
        case Column::age:
            return order(left.newest_age, right.newest_age);
    }
    return order(right.name, left.name);
}

bool contains(const std::string& text, const std::string& part) {
    const auto same = [](char left, char right) {
        return std::tolower(static_cast<unsigned char>(left)) == std::tolower(static_cast<unsigned char>(right));
    };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace

Row row_of(const Look& look, const Look* before) {
    Row row;
    row.name = look.file.name;
    if (look.problem) row.problem = look.problem->message();
    if (!look.report) return row;
    const Report& report = *look.report;
    row.kind = inspect::to_string(report.kind);
    row.slots = report.slot_list.size();
    row.used = used_slots(report);
    row.lost = lost_messages(report);
    row.redelivered = report.redelivered;
    row.newest_age = report.newest_age;
    count_participants(row, report);
    if (look.traffic) add_traffic(row, *look.traffic);
    row.is_full = report.kind == inspect::Kind::channel && row.slots > 0 && row.used == row.slots;
    row.is_stuck =
        row.is_full && look.traffic && before != nullptr && before->report && !somebody_took(*before->report, report);
    return row;
}

void sort_rows(std::vector<Row>& rows, Column column, bool reversed) {
    std::sort(rows.begin(), rows.end(), [&](const Row& left, const Row& right) {
        const int larger_first = order(left, right, column);
        if (larger_first == 0) return left.name < right.name;
        return (larger_first > 0) != reversed;
    });
}

void Model::show(std::vector<Look> looks) {
    before_ = std::exchange(looks_, std::move(looks));
    refresh();
}

void Model::refresh() {
    rows_.clear();
    for (const Look& look : looks_)
        if (contains(look.file.name, filter_)) rows_.push_back(row_of(look, find_look(before_, look.file.name)));
    sort_rows(rows_, column_, reversed_);
    const bool is_there =
        std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return row.name == selected_; });
    if (!is_there && !details_) selected_ = rows_.empty() ? "" : rows_.front().name;
}

std::size_t Model::selected() const noexcept {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.name == selected_; });
    return found == rows_.end() ? 0 : static_cast<std::size_t>(std::distance(rows_.begin(), found));
}

const Look* Model::details() const noexcept {
    return find_look(looks_, selected_);
}

bool Model::press(Key key, char character, std::size_t page) {
    if (editing_) {
        edit_filter(key, character);
        refresh();
        return true;
    }
    if (key == Key::character && character == 'q') return false;
    if (key == Key::character)
        command(character);
    else if (key == Key::enter && !selected_.empty())
        details_ = true;
    else if (key == Key::escape && details_)
        details_ = false;
    else if (key == Key::escape)
        filter_.clear();
    else if (key == Key::left || key == Key::right)
        choose_column(key == Key::right ? 1 : -1);
    else
        move(key, std::max<std::size_t>(page, 1));
    if (!details_) scrolled_ = 0;
    refresh();
    return true;
}

void Model::edit_filter(Key key, char character) {
    if (key == Key::enter) editing_ = false;
    if (key == Key::erase && !filter_.empty()) filter_.pop_back();
    if (key == Key::character && filter_.size() < 200) filter_ += character;
    if (key != Key::escape) return;
    editing_ = false;
    filter_.clear();
}

void Model::command(char character) {
    if (character == 's') choose_column(1);
    if (character == 'S') choose_column(-1);
    if (character == 'r') reversed_ = !reversed_;
    if (character == 'p') paused_ = !paused_;
    if (character == '+') change_interval(1);
    if (character == '-') change_interval(-1);
    if (character == '/' && !details_) editing_ = true;
}

void Model::move(Key key, std::size_t page) {
    constexpr std::size_t far = 1 << 30;
    const std::size_t last = details_ || rows_.empty() ? far : rows_.size() - 1;
    std::size_t at = details_ ? scrolled_ : selected();
    const std::size_t step = key == Key::page_up || key == Key::page_down ? page : 1;
    if (key == Key::up || key == Key::page_up) at -= std::min(at, step);
    if (key == Key::down || key == Key::page_down) at += step;
    if (key == Key::home) at = 0;
    if (key == Key::end) at = last;
    if (details_)
        scrolled_ = at;
    else if (!rows_.empty())
        selected_ = rows_[std::min(at, last)].name;
}

void Model::choose_column(int step) {
    const int count = static_cast<int>(column_count);
    column_ = static_cast<Column>((static_cast<int>(column_) + step + count) % count);
}

void Model::change_interval(int step) {
    static constexpr std::array<std::chrono::nanoseconds, 9> steps{100ms, 200ms, 500ms, 1s, 2s, 5s, 10s, 30s, 60s};
    if (step > 0) {
        const auto next = std::upper_bound(steps.begin(), steps.end(), interval_);
        if (next != steps.end()) interval_ = *next;
    } else {
        const auto here = std::lower_bound(steps.begin(), steps.end(), interval_);
        if (here != steps.begin()) interval_ = *std::prev(here);
    }
}

}  // namespace handoff::apps::tool
