#include <vector>
#include "shop/order.h"

namespace fs = std::filesystem;
using namespace shop::detail;
using shop::Order;

namespace shop {

class Base;

template <typename T>
class Box : public Base, private detail::Holder<T> {
public:
    explicit Box(T value) : value_(value), size_{LIMIT} {}
    virtual ~Box() = default;
    T get() const { return value_; }
    std::unique_ptr<Order> order(const Order& order);
    enum class State { Open, Done };
    static int made;
    Order& operator[](int at);

private:
    T value_;
    int size_ = 0;
    std::vector<std::shared_ptr<Order>> orders_;
};

using Orders = std::vector<Order>;
enum Mode { Slow, Fast };
constexpr int LIMIT = 4;

inline Orders all() {
    auto found = std::make_unique<Order>(LIMIT);
    found->add(Fast);
    Order one(1), *two = new Order{2};
    two->pay();
    for (const auto& order : one.children()) order.pay();
    auto each = [&one](Order& order) { order.pay(); return one.total; };
    if (auto* paid = dynamic_cast<Paid*>(two)) paid->close();
    auto [first, second] = pair();
    return detail::merge<Order>(one, Box<Order>::State::Open);
}

}  // namespace shop

std::unique_ptr<Order> shop::Box<Order>::order(const Order& order) {
    size_ += order.total;
    for (auto& one : orders_) one->pay();
    this->get();
    helper(State::Done);
    return nullptr;
}

int shop::Base::count = 0;
static void helper(fs::path path) { ::exit(1); }
