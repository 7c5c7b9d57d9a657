//! C and C++ over small programs.

use super::*;

const PROGRAM: &[(&str, &str)] = &[
    (
        "include/store/store.h",
        "#include \"types.h\"
#define STORE_MAX 8
struct store *store_open(int size);
void store_put(struct store *store, item_t *item);
",
    ),
    (
        "include/store/types.h",
        "typedef struct item { int weight; struct item *next; } item_t;
enum state { OPEN, DONE };
struct store { item_t *items; enum state state; };
",
    ),
    (
        "src/store.c",
        "#include <store/store.h>
static int check(item_t *item) { return item->weight < STORE_MAX; }
struct store *store_open(int size) { return 0; }
void store_put(struct store *store, item_t *item)
{
    if (check(item)) store->items = item->next;
    log_put(item);
}
",
    ),
    (
        "src/main.c",
        "#include \"store/store.h\"
static void check(void) {}
int main(void)
{
    item_t item = { .weight = STORE_MAX };
    check();
    store_put(store_open(2), &item);
    store_open(1)->items->weight = OPEN;
    return 0;
}
",
    ),
    ("src/log.c", "void log_put(void *item) {}\n"),
    (
        "other/other.c",
        "struct item { int weight; };\nint f(struct item *i) { return i->weight; }\n",
    ),
];

#[test]
fn includes_lead_to_what_they_declare() {
    let repository = Repository::new(PROGRAM);
    let workspace = repository.open_complete();
    let check = |symbol, direction, want: &[&str]| check(&workspace, symbol, direction, want);
    let references = |symbol, want: &[&str]| check(symbol, Direction::References, want);
    // A prototype and the function that it declares are one.
    references("src/store.c:4", &["src/main.c:7 exact in main"]);
    references("include/store/store.h:4", &["src/main.c:7 exact in main"]);
    references("store_open", &["src/main.c:7 exact in main", "src/main.c:8 exact in main"]);
    references("STORE_MAX", &["src/main.c:5 exact in main", "src/store.c:2 exact in check"]);
    // A static function is its file's own.
    references("src/main.c:2", &["src/main.c:6 exact in main"]);
    references("src/store.c:2", &["src/store.c:6 exact in store_put"]);
    let of_item = [
        "include/store/store.h:4 exact in store_put",
        "include/store/types.h:3 exact in store",
        "src/main.c:5 exact in main",
        "src/store.c:2 exact in check",
        "src/store.c:4 exact in store_put",
    ];
    references("item_t", &of_item);
    references("other/other.c:1", &["other/other.c:2 exact in f"]);
    let of_items = ["src/main.c:8 likely in main", "src/store.c:6 likely in store_put"];
    references("items", &of_items);
    references("OPEN", &["src/main.c:8 exact in main"]);
    // No header declares it, and there is no other.
    references("log_put", &["src/store.c:7 likely in store_put"]);
    check(
        "store_put",
        Direction::Callees,
        &[
            "include/store/types.h:1 exact item_t",
            "include/store/types.h:3 exact store",
            "src/log.c:1 likely log_put",
            "src/store.c:2 exact check",
        ],
    );
}

const SHOP_CPP: &[(&str, &str)] = &[
    (
        "shop/order.hpp",
        "#pragma once
#include <memory>
#include <vector>
namespace shop {
class Order : public Base {
public:
  Order(int total);
  int pay(int amount);
  Order& next();
  int total = 0;
  std::vector<std::unique_ptr<Order>> children;
private:
  int left() const;
};
int sum(const Order& order);
}
",
    ),
    (
        "shop/order.cpp",
        "#include \"order.hpp\"
namespace shop {
Order::Order(int total) : total(total) {}
int Order::pay(int amount) { total -= amount; return left(); }
int Order::left() const { return total; }
int sum(const Order& order) { return order.total; }
}
",
    ),
    (
        "app/main.cpp",
        "#include \"shop/order.hpp\"
int main() {
  auto order = std::make_unique<shop::Order>(3);
  order->next().pay(1);
  for (auto& child : order->children) child->pay(2);
  shop::Order *other = new shop::Order(4);
  return shop::sum(*other);
}
",
    ),
    (
        "app/base.cpp",
        "#include <shop/order.hpp>
using namespace shop;
static int run(Order& order) { return sum(order) + order.total; }
",
    ),
    ("other/bank.cpp", "struct Bank { int pay(int a); };\nint Bank::pay(int a) { return a; }\n"),
];

#[test]
fn namespaces_and_members_outside_their_class_are_followed() {
    let repository = Repository::new(SHOP_CPP);
    let workspace = repository.open_complete();
    let references = |symbol, want: &[&str]| check(&workspace, symbol, Direction::References, want);
    references(
        "shop/order.hpp:5",
        &[
            "app/base.cpp:3 exact in run",
            "app/main.cpp:3 exact in main",
            "app/main.cpp:6 exact in main",
            "shop/order.cpp:3 exact in shop",
            "shop/order.cpp:4 exact in shop",
            "shop/order.cpp:5 exact in shop",
            "shop/order.cpp:6 exact in shop::sum",
            "shop/order.hpp:9 exact in shop::Order",
            "shop/order.hpp:11 exact in shop::Order",
            "shop/order.hpp:15 exact in shop::sum",
        ],
    );
    let of_pay = ["app/main.cpp:4 likely in main", "app/main.cpp:5 likely in main"];
    references("shop/order.hpp:8", &of_pay);
    references("shop/order.cpp:4", &of_pay);
    references("other/bank.cpp:2", &[]);
    references("left", &["shop/order.cpp:4 exact in shop::Order::pay"]);
    references(
        "total",
        &[
            "app/base.cpp:3 likely in run",
            "shop/order.cpp:3 exact in shop::Order::Order",
            "shop/order.cpp:4 exact in shop::Order::pay",
            "shop/order.cpp:5 exact in shop::Order::left",
            "shop/order.cpp:6 likely in shop::sum",
        ],
    );
    references("sum", &["app/base.cpp:3 exact in run", "app/main.cpp:7 exact in main"]);
    references("children", &["app/main.cpp:5 likely in main"]);
}
