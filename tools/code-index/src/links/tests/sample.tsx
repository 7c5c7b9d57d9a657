import React, { useState, type Dispatch as Send } from "react";
import * as store from "./store";
import makeId from "../id";
export { open as openFile } from "./files";
export * from "./shapes";

export interface Point { x: number; y: number }
type Size = { width: number; at: { left: number } } & Point;
export enum Mode { Off, On = "on" }

export class Scene<T extends Point> extends store.Base<T> implements Point {
  private points: Point[] = [];
  constructor(private readonly send: Send<Size>) { super(); }
  get first(): Point { return this.points[0]; }
  add(point: Point, { width, at: { left } }: Size): Scene<T> {
    this.points.push(point);
    const size = this.measure(width);
    if (size.width > left) { store.save(point.x, Mode.On); }
    return this;
  }
  measure = (n: number) => makeSize(n);
}

function makeSize(width: number): Size {
  return { width, at: { left: makeId() }, x: 1, y: 2 };
}

const later = async (scene: Scene<Point>) => {
  const [mode, setMode] = useState<Mode>(Mode.Off);
  scene.first.x;
  scene["points"].map((p) => p.y).forEach((q) => q.z);
  const made = await load(scene);
  made.close();
  for (const one of scene.list()) one.go();
};

export const api = {
  load: (scene: Scene<Point>) => scene.add(scene.first, makeSize(1)),
  nested: { deep() { return later; } },
} as const;

export default function App({ scene, ...rest }: { scene: Scene<Point> }) {
  const click = () => api.load(scene);
  return <Panel onClick={click} size={{ width: 1 }}><store.View {...rest} /></Panel>;
}
const Panel = React.memo(({ size }: { size: Size; onClick(): void }) => <div id="x">{size.at.left}</div>);
