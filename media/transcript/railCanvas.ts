import type { Lane, MarkerType } from '../../src/protocol/transcript';

export interface Mark {
  readonly ordinal: number;
  readonly type: MarkerType | 'comment' | 'match';
}

export interface RailColours {
  readonly line: string;
  readonly border: string;
  readonly lanes: Readonly<Record<Lane['name'], string>>;
  readonly marks: Readonly<Record<Mark['type'], string>>;
}

/** The theme's colours, as a canvas takes them. */
export function railColours(element: HTMLElement): RailColours {
  const style = getComputedStyle(element);
  const foreground = style.color;
  const colour = (name: string, fallback = foreground) =>
    style.getPropertyValue(`--vscode-${name}`).trim() || fallback;
  const blue = colour('charts-blue');
  return {
    line: foreground,
    border: colour('panel-border', colour('contrastBorder', 'transparent')),
    lanes: {
      passRate: colour('charts-green'),
      context: colour('charts-purple'),
      tokens: blue,
      cost: colour('charts-yellow'),
      wallClock: colour('descriptionForeground'),
    },
    marks: {
      testRun: colour('charts-green'),
      submit: colour('charts-purple'),
      score: colour('charts-yellow'),
      compaction: colour('terminal-ansiMagenta', colour('charts-purple')),
      checkpoint: colour('descriptionForeground'),
      error: colour('errorForeground', colour('charts-red')),
      limit: colour('charts-red'),
      mark: blue,
      comment: blue,
      match: colour('editorOverviewRuler-findMatchForeground', colour('charts-yellow')),
    },
  };
}

export interface LaneBox {
  /** Pixels from the left of an event. */
  readonly x: (ordinal: number) => number;
  readonly top: number;
  readonly height: number;
  readonly width: number;
  readonly colours: RailColours;
}

/** A lane as steps with a tinted area below: what was known at each event. */
export function drawLane(context: CanvasRenderingContext2D, lane: Lane, box: LaneBox): void {
  const { x, top, height, width, colours } = box;
  const most = lane.unit === 'share' ? 1 : Math.max(...thin(lane.values), Number.MIN_VALUE);
  const bottom = top + height - 2.5;
  const y = (value: number) => bottom - (Math.max(0, value) / most) * (height - 6);
  const path = new Path2D();
  let last = bottom;
  let lastX = x(lane.ordinals[0] ?? 0);
  path.moveTo(lastX, bottom);
  lane.ordinals.forEach((ordinal, index) => {
    const at = x(ordinal);
    const value = y(lane.values[index] ?? 0);
    if (lane.name === 'wallClock') {
      path.lineTo(at, value);
    } else {
      path.lineTo(at, last);
      path.lineTo(at, value);
    }
    last = value;
    lastX = at;
  });
  const area = new Path2D(path);
  path.lineTo(width, last);
  area.lineTo(Math.max(lastX, width), last);
  area.lineTo(Math.max(lastX, width), bottom);
  area.closePath();
  context.fillStyle = colours.lanes[lane.name];
  context.globalAlpha = 0.16;
  context.fill(area);
  context.globalAlpha = 1;
  context.strokeStyle = colours.lanes[lane.name];
  context.lineWidth = 1.25;
  context.stroke(path);
  context.fillStyle = colours.border;
  context.fillRect(0, Math.round(top), width, 1);
}

/** Lanes are thinned to a few thousand points by those who make them. */
function thin(values: Float64Array): number[] {
  return [...values];
}

/** Each kind of marker has a shape of its own, too: colours alone tell not everybody. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  marks: readonly Mark[],
  {
    x,
    height,
    whole,
    colours,
  }: {
    readonly x: LaneBox['x'];
    readonly height: number;
    readonly whole: number;
    readonly colours: RailColours;
  },
): void {
  const middle = height / 2;
  // Where there are more marks than room, one stands for those beside it.
  const lastAt = new Map<Mark['type'], number>();
  const crowded = marks.length > 300;
  for (const { ordinal, type } of marks) {
    const at = x(ordinal);
    const least = type === 'match' ? 1 : crowded ? 9 : 3;
    if (at - (lastAt.get(type) ?? Number.NEGATIVE_INFINITY) < least) {
      continue;
    }
    lastAt.set(type, at);
    context.fillStyle = colours.marks[type];
    context.strokeStyle = colours.marks[type];
    if (type === 'match') {
      context.globalAlpha = 0.7;
      context.fillRect(Math.round(at), height - 3, 1.5, 3);
      context.globalAlpha = 1;
    } else if (type !== 'checkpoint' && !crowded) {
      context.globalAlpha = 0.22;
      context.fillRect(Math.round(at), height, 1, whole - height);
      context.globalAlpha = 1;
    }
    shapes[type](context, at, middle - 1);
  }
}

type Draw = (context: CanvasRenderingContext2D, x: number, y: number) => void;

const polygon =
  (...points: readonly (readonly [number, number])[]): Draw =>
  (context, x, y) => {
    context.beginPath();
    points.forEach(([dx, dy], index) => {
      if (index === 0) {
        context.moveTo(x + dx, y + dy);
      } else {
        context.lineTo(x + dx, y + dy);
      }
    });
    context.closePath();
    context.fill();
  };

const cross: Draw = (context, x, y) => {
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x - 3, y - 3);
  context.lineTo(x + 3, y + 3);
  context.moveTo(x + 3, y - 3);
  context.lineTo(x - 3, y + 3);
  context.stroke();
};

const circle: Draw = (context, x, y) => {
  context.beginPath();
  context.arc(x, y, 3, 0, 2 * Math.PI);
  context.fill();
};

const shapes: Readonly<Record<Mark['type'], Draw>> = {
  testRun: circle,
  submit: polygon([-3, -4], [4, 0], [-3, 4]),
  score: polygon([0, -4], [4, 0], [0, 4], [-4, 0]),
  compaction: polygon([-4, -3.5], [4, -3.5], [0, 0], [4, 3.5], [-4, 3.5], [0, 0]),
  checkpoint: (context, x, y) => context.fillRect(x - 0.75, y - 3, 1.5, 6),
  error: cross,
  limit: (context, x, y) => context.fillRect(x - 3, y - 3, 6, 6),
  mark: polygon([-3, -4], [3, -4], [0, 2]),
  comment: polygon(
    [-3.5, -3.5],
    [3.5, -3.5],
    [3.5, 1.5],
    [0, 1.5],
    [-2, 4],
    [-2, 1.5],
    [-3.5, 1.5],
  ),
  match: () => undefined,
};
