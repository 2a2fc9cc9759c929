#include "tool/top/screen.hpp"

#include <handoff/error.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/ioctl.h>
#include <unistd.h>

#define NCURSES_NOMACROS 1
#include <curses.h>

namespace handoff::apps::tool {

namespace {

volatile std::sig_atomic_t quit_typed = 0;

extern "C" void on_quit_signal(int) {
    quit_typed = 1;
}

volatile std::sig_atomic_t size_changed = 0;

extern "C" void on_size_signal(int) {
    size_changed = 1;
}

/// A terminal may claim any size up to 65,535 in each direction, and curses would allocate a cell for each place.
struct Size {
    static constexpr int most_rows = 500, most_columns = 1000;
    int rows = 24, columns = 80;

    static Size claimed() {
        Size size;
        winsize window{};
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 && window.ws_col > 0)
            size = {window.ws_row, window.ws_col};
        return {std::min(size.rows, most_rows), std::min(size.columns, most_columns)};
    }
};

/// Curses trusts the rows and columns in the environment more than the terminal's own answer.
void limit_variable(const char* name, int most) {
    const char* text = std::getenv(name);
    if (text == nullptr) return;
    const long claimed = std::strtol(text, nullptr, 10);
    if (claimed < 1 || claimed > most) unsetenv(name);
}

/// Curses asks the terminal itself, unless the environment contains the size.
void limit_terminal_size() {
    limit_variable("LINES", Size::most_rows);
    limit_variable("COLUMNS", Size::most_columns);
    winsize window{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0) return;
    if (window.ws_row > Size::most_rows) setenv("LINES", std::to_string(Size::most_rows).c_str(), 1);
    if (window.ws_col > Size::most_columns) setenv("COLUMNS", std::to_string(Size::most_columns).c_str(), 1);
}

enum Pair : short { yellow_pair = 1, red_pair, magenta_pair, heading_pair, title_pair };

attr_t attributes_of(Style style, bool has_colours) {
    const auto coloured = [&](Pair pair, attr_t otherwise) {
        return has_colours ? static_cast<attr_t>(COLOR_PAIR(pair)) | A_BOLD : otherwise;
    };
    switch (style) {
        case Style::plain:
            return A_NORMAL;
        case Style::title:
            return coloured(title_pair, A_BOLD);
        case Style::heading:
            return A_REVERSE;
        case Style::sorted:
            return A_REVERSE | A_BOLD;
        case Style::faint:
            return A_DIM;
        case Style::yellow:
            return coloured(yellow_pair, A_BOLD);
        case Style::red:
            return coloured(red_pair, A_BOLD | A_UNDERLINE);
        case Style::magenta:
            return coloured(magenta_pair, A_BOLD | A_UNDERLINE);
    }
    return A_NORMAL;
}

std::optional<Key> special_key(int code) {
    switch (code) {
        case KEY_UP:
            return Key::up;
        case KEY_DOWN:
            return Key::down;
        case KEY_PPAGE:
            return Key::page_up;
        case KEY_NPAGE:
            return Key::page_down;
        case KEY_HOME:
            return Key::home;
        case KEY_END:
            return Key::end;
        case KEY_LEFT:
            return Key::left;
        case KEY_RIGHT:
            return Key::right;
        case KEY_ENTER:
        case '\n':
        case '\r':
            return Key::enter;
        case 27:
            return Key::escape;
        case KEY_BACKSPACE:
        case KEY_DC:
        case '\b':
        case 127:
            return Key::erase;
        default:
            return {};
    }
}

[[noreturn]] void refuse_terminal(const std::string& why) {
    const char* type = std::getenv("TERM");
    throw Error(Errc::system, "this terminal, of the type '" + std::string(type == nullptr ? "" : type) + "', " + why);
}

}  // namespace

Screen::Screen() {
    limit_terminal_size();
    SCREEN* terminal = newterm(nullptr, stdout, stdin);
    if (terminal == nullptr) refuse_terminal("is not known. Set TERM to what it is, or type `handoff ls`");
    terminal_ = terminal;
    set_term(terminal);
    if (tigetstr("cup") == nullptr) {  // as on TERM=dumb: the cursor cannot be moved
        endwin();
        delscreen(terminal);
        refuse_terminal("cannot be drawn on. Type `handoff ls`, which prints the same once");
    }
    old_quit_ = std::signal(SIGQUIT, on_quit_signal);
    watch_size();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    start_colours();
}

Screen::~Screen() {
    endwin();
    delscreen(static_cast<SCREEN*>(terminal_));
    std::signal(SIGQUIT, old_quit_);
}

/// Instead of the handler of curses, which trusts every size. Without SA_RESTART: it ends the wait for a key.
void Screen::watch_size() {
    struct sigaction action {};
    action.sa_handler = on_size_signal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGWINCH, &action, nullptr);
}

bool Screen::follow_size() {
    if (size_changed == 0) return false;
    size_changed = 0;
    const Size size = Size::claimed();
    if (is_term_resized(size.rows, size.columns)) resizeterm(size.rows, size.columns);
    return true;
}

void Screen::start_colours() {
    const char* no_colour = std::getenv("NO_COLOR");
    has_colours_ = (no_colour == nullptr || *no_colour == '\0') && has_colors();
    if (!has_colours_) return;
    start_color();
    const short background = use_default_colors() == OK ? -1 : COLOR_BLACK;
    init_pair(yellow_pair, COLOR_YELLOW, background);
    init_pair(red_pair, COLOR_RED, background);
    init_pair(magenta_pair, COLOR_MAGENTA, background);
    init_pair(title_pair, COLOR_CYAN, background);
}

std::size_t Screen::columns() const {
    return static_cast<std::size_t>(std::max(getmaxx(stdscr), 1));
}

std::size_t Screen::rows() const {
    return static_cast<std::size_t>(std::max(getmaxy(stdscr), 1));
}

void Screen::draw(const Page& page) {
    erase();
    int row = 0;
    for (const Line& line : page.lines) {
        ::move(row++, 0);
        for (const Piece& piece : line.pieces) {
            attrset(
                static_cast<int>(attributes_of(piece.style, has_colours_) | (line.is_selected ? A_REVERSE : A_NORMAL)));
            addnstr(piece.text.c_str(), static_cast<int>(piece.text.size()));
        }
    }
    attrset(A_NORMAL);
    refresh();
}

Screen::Event Screen::wait(std::chrono::milliseconds limit, Press& press) {
    timeout(static_cast<int>(limit.count()));
    const int code = getch();
    if (follow_size()) return Event::resized;
    if (code == ERR) return Event::none;
    if (code == KEY_RESIZE) return Event::resized;
    if (code == '\f') {
        clearok(stdscr, TRUE);  // something else wrote here
        return Event::resized;
    }
    if (const auto key = special_key(code)) {
        press = {*key, 0};
        return Event::key;
    }
    if (code < ' ' || code > '~') return Event::none;
    press = {Key::character, static_cast<char>(code)};
    return Event::key;
}

bool Screen::quit_requested() noexcept {
    return quit_typed != 0;
}

}  // namespace handoff::apps::tool
