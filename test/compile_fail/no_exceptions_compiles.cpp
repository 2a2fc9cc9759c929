#include <handoff/typed.hpp>

int main() {
    handoff::TypedSender<int> sender("numbers");
}
