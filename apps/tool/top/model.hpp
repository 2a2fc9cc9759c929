// What top shows, and what a key does to it; knows no terminal.
#pragma once

#include "tool/monitor.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace handoff::apps::tool {

/// One segment in the list.
struct Row {
    std::string name;
    std::string kind;
    std::uint64_t used = 0;  ///< slots that hold something
    std::uint64_t slots = 0;
    std::uint64_t alive = 0, stopped = 0, dead = 0;                ///< participants
    std::optional<double> messages_per_second, bytes_per_second;   ///< none at the first look
    std::optional<std::chrono::nanoseconds> delay_p50, delay_p99;  ///< none: nothing was taken since the look before
    std::uint64_t lost = 0, redelivered = 0;
    std::optional<std::chrono::nanoseconds> newest_age;
    bool is_full = false;    ///< of a channel: no sender gets a slot
    bool is_stuck = false;   ///< full, and no message was taken since the look before
    bool is_losing = false;  ///< lost more since the look before
    std::string problem;     ///< why it cannot be looked at; the numbers are 0 then
};
/// `before`: the look before at the same segment, or nullptr.
Row row_of(const Look& look, const Look* before);

/// In the order in which they stand on the screen.
enum class Column { name, kind, slots, alive, stopped, dead, messages, bytes, p50, p99, lost, redelivered, age };
inline constexpr std::size_t column_count = 13;

/// By name and kind the smallest first, otherwise the largest first; equal ones by name.
void sort_rows(std::vector<Row>& rows, Column column, bool reversed);

enum class Key { character, up, down, page_up, page_down, home, end, left, right, enter, escape, erase };

class Model {
public:
    explicit Model(std::chrono::nanoseconds interval) : interval_(interval) {}

    /// Takes a new look at everything.
    void show(std::vector<Look> looks);
    /// `page`: lines that page_up and page_down move by. False: the person wants to leave.
    bool press(Key key, char character, std::size_t page);

    /// What passes the filter, sorted.
    const std::vector<Row>& rows() const noexcept { return rows_; }
    /// Of the selected row; 0 if there is none.
    std::size_t selected() const noexcept;
    std::size_t segments() const noexcept { return looks_.size(); }
    Column sorted_by() const noexcept { return column_; }
    bool is_reversed() const noexcept { return reversed_; }
    const std::string& filter() const noexcept { return filter_; }
    bool is_editing_filter() const noexcept { return editing_; }
    bool is_paused() const noexcept { return paused_; }
    std::chrono::nanoseconds interval() const noexcept { return interval_; }

    bool shows_details() const noexcept { return details_; }
    const std::string& selected_name() const noexcept { return selected_; }
    /// Of the selected segment; nullptr once it is gone.
    const Look* details() const noexcept;
    /// Lines of the details that were scrolled away.
    std::size_t scrolled() const noexcept { return scrolled_; }
    /// There is no more to scroll to.
    void scroll_at_most(std::size_t lines) noexcept { scrolled_ = std::min(scrolled_, lines); }

private:
    void refresh();
    void edit_filter(Key key, char character);
    void command(char character);
    void move(Key key, std::size_t page);
    void choose_column(int step);
    void change_interval(int step);

    std::vector<Look> looks_, before_;
    std::vector<Row> rows_;
    std::chrono::nanoseconds interval_;
    Column column_ = Column::name;
    bool reversed_ = false;
    std::string filter_;
    bool editing_ = false;
    bool paused_ = false;
    bool details_ = false;
    std::string selected_;
    std::size_t scrolled_ = 0;
};

}  // namespace handoff::apps::tool
