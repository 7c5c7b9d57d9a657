#include "store.h"
#include <stdio.h>

#define LIMIT 10
#define MAX(a, b) ((a) > (b) ? (a) : (b))

typedef struct node node_t;
typedef int (*visit_fn)(node_t *node);

enum color { RED, GREEN = LIMIT };

struct node {
    int value;
    struct node *next;
    union {
        int small;
        char *large;
    };
    visit_fn visit;
    struct { int x, y; } at[2];
};

typedef struct {
    node_t *head, tail;
    enum color color;
} list_t;

static int count;
extern struct store *shared;
struct node *make_node(int value);

static const struct ops ops = {
    .open = open_store,
    .inner = { .depth = LIMIT },
};

struct node *make_node(int value)
{
    struct node *made = malloc(sizeof(struct node));
    made->value = MAX(value, RED);
    made->next->next->visit(made);
    made->at[0].x = made->small;
    return made;
}

#ifdef DEBUG
static int walk(list_t *list, int (*each)(node_t *))
{
    for (node_t *node = list->head; node; node = node->next)
        each(node);
    count += list->tail.value;
    return ((struct node *) shared->items)->value + (list_t){ .color = GREEN }.color;
}
#endif
