//! Java over a small depot.

use super::*;

const DEPOT: &[(&str, &str)] = &[
    (
        "core/org/depot/Parcel.java",
        "package org.depot;

public record Parcel(String id, int weight) {
  enum State { OPEN, DONE }
  static Parcel empty() { return new Parcel(\"\", 0); }
  Parcel heavier(int weight) { return new Parcel(id, weight + weight()); }
}
",
    ),
    (
        "core/org/depot/Store.java",
        "package org.depot;

public abstract class Store {
  protected int size;
  public abstract void put(Parcel parcel);
  public int size() { return size; }
  static class Slot { Parcel held; }
}
",
    ),
    (
        "app/org/depot/FileStore.java",
        "package org.depot;

class FileStore extends Store {
  FileStore() { size = 1; }
  @Override public void put(Parcel parcel) {
    Slot slot = new Slot();
    slot.held.heavier(size());
    int size = parcel.weight();
  }
}
",
    ),
    (
        "app/org/app/Main.java",
        "package org.app;

import static org.depot.Parcel.empty;
import java.util.List;
import org.depot.*;

public class Main {
  private final List<Parcel> parcels = List.of();
  void run(Store store) {
    store.put(empty());
    for (var parcel : parcels) { store.put(parcel); }
    parcels.forEach(it -> it.heavier(store.size()));
    new Parcel(\"a\", 1);
    switch (state()) { case DONE -> {} }
  }
  Parcel.State state() { return Parcel.State.OPEN; }
}
",
    ),
    (
        "app/org/other/Parcel.java",
        "package org.other;

class Parcel {
  Parcel heavier;
  static Parcel empty() { return new Parcel(); }
}
",
    ),
];

#[test]
fn names_are_followed_through_packages_bases_and_outer_classes() {
    let repository = Repository::new(DEPOT);
    let workspace = repository.open_complete();
    let check = |symbol, direction, want: &[&str]| check(&workspace, symbol, direction, want);
    let references = |symbol, want: &[&str]| check(symbol, Direction::References, want);
    let of_parcel = [
        "app/org/app/Main.java:3 exact",
        "app/org/app/Main.java:8 exact in Main::parcels",
        "app/org/app/Main.java:13 exact in Main::run",
        "app/org/app/Main.java:16 exact in Main::state",
        "app/org/depot/FileStore.java:5 exact in FileStore::put",
        "core/org/depot/Parcel.java:5 exact in Parcel::empty",
        "core/org/depot/Parcel.java:6 exact in Parcel::heavier",
        "core/org/depot/Store.java:5 exact in Store::put",
        "core/org/depot/Store.java:7 exact in Store::Slot::held",
    ];
    references("core/org/depot/Parcel.java:3", &of_parcel);
    references(
        "core/org/depot/Parcel.java:5",
        &["app/org/app/Main.java:3 exact", "app/org/app/Main.java:10 exact in Main::run"],
    );
    references(
        "core/org/depot/Parcel.java:6",
        &[
            "app/org/app/Main.java:12 likely in Main::run",
            "app/org/depot/FileStore.java:7 likely in FileStore::put",
        ],
    );
    references(
        "weight",
        &[
            "app/org/depot/FileStore.java:8 likely in FileStore::put",
            "core/org/depot/Parcel.java:6 exact in Parcel::heavier",
        ],
    );
    references("Slot", &["app/org/depot/FileStore.java:6 exact in FileStore::put"]);
    references("DONE", &["app/org/app/Main.java:14 likely in Main::run"]);
}

#[test]
fn a_field_and_a_method_of_one_name_are_two() {
    let repository = Repository::new(DEPOT);
    let workspace = repository.open_complete();
    let references = |symbol, want: &[&str]| check(&workspace, symbol, Direction::References, want);
    references(
        "core/org/depot/Store.java:4",
        &[
            "app/org/depot/FileStore.java:4 exact in FileStore::FileStore",
            "core/org/depot/Store.java:6 exact in Store::size",
        ],
    );
    references(
        "core/org/depot/Store.java:6",
        &[
            "app/org/app/Main.java:12 likely in Main::run",
            "app/org/depot/FileStore.java:7 exact in FileStore::put",
        ],
    );
}

#[test]
fn what_extends_and_overrides_is_found() {
    let repository = Repository::new(DEPOT);
    let workspace = repository.open_complete();
    let check = |symbol, direction, want: &[&str]| check(&workspace, symbol, direction, want);
    let put = "core/org/depot/Store.java:5";
    check(
        put,
        Direction::Callers,
        &[
            "app/org/app/Main.java:10 likely in Main::run",
            "app/org/app/Main.java:11 likely in Main::run",
        ],
    );
    let over = ["app/org/depot/FileStore.java:5 exact put in FileStore"];
    check(put, Direction::Implementations, &over);
    let heirs = ["app/org/depot/FileStore.java:3 exact FileStore"];
    check("core/org/depot/Store.java:3", Direction::Implementations, &heirs);
}
