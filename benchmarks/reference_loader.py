"""The same steps as the benchmark's loader mode, with OpenCV and NumPy as MMAction2's pipeline does them, on the same files.

python3 reference_loader.py FOLDER [SECONDS]

A worker is a process on a core of its own, which keeps its batch to itself: nothing is spent on handing it over. A video stays open between clips, and frames between
those that are wanted are grabbed, not retrieved; both favour the reference.
"""
import multiprocessing
import os
import random
import sys
import time

import cv2
import numpy as np

MEAN = np.array([[123.675, 116.28, 103.53]], np.float64)
STD_INVERSE = 1 / np.array([[58.395, 57.12, 57.375]], np.float64)
CROP, BATCH, FPS = 256, 8, 30


def sample(length, interval, count):
    centre = FPS * random.randint(1, count // FPS - 2) + 1
    start = centre - length // 2 * interval
    return [min(max(start + i * interval + random.randrange(-((interval + 1) // 2), (interval + 1) // 2), 1), count) for i in range(length)]


def read_folder(folder, indices):
    frames, seen = [], {}
    for index in indices:
        if index not in seen:
            with open(f'{folder}/img_{index:05}.jpg', 'rb') as file:
                data = np.frombuffer(file.read(), np.uint8)
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
            seen[index] = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        frames.append(seen[index])
    return frames


def read_video(capture, indices):
    wanted = sorted(set(i - 1 for i in indices))
    capture.set(cv2.CAP_PROP_POS_FRAMES, wanted[0])
    seen, at = {}, wanted[0]
    for index in wanted:
        while at < index:
            capture.grab()
            at += 1
        capture.grab()
        at += 1
        seen[index] = cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2RGB)
    return [seen[i - 1] for i in indices]


def augment(frames):
    height, width = frames[0].shape[:2]
    scale = random.randint(256, 320) / min(height, width)
    size = int(width * scale + 0.5), int(height * scale + 0.5)
    frames = [cv2.resize(f, size, interpolation=cv2.INTER_LINEAR) for f in frames]
    y = random.randrange(size[1] - CROP) if size[1] > CROP else 0
    x = random.randrange(size[0] - CROP) if size[0] > CROP else 0
    frames = [f[y:y + CROP, x:x + CROP] for f in frames]
    if random.random() < 0.5:
        frames = [np.ascontiguousarray(np.flip(f, axis=1)) for f in frames]
    return frames


def normalise(frames):
    stack = np.empty((len(frames),) + frames[0].shape, np.float32)
    for i, frame in enumerate(frames):
        stack[i] = frame
    for frame in stack:
        cv2.subtract(frame, MEAN, frame)
        cv2.multiply(frame, STD_INVERSE, frame)
    return np.transpose(stack, (3, 0, 1, 2))


def work(core, path, length, interval, seconds, results):
    os.sched_setaffinity(0, {core})
    cv2.setNumThreads(0)
    random.seed(core)
    video = os.path.isfile(path)
    capture = cv2.VideoCapture(path) if video else None
    count = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if video else len(os.listdir(path))
    batch = []
    clips = 0
    load = lambda: normalise(augment(read_video(capture, sample(length, interval, count)) if video else read_folder(path, sample(length, interval, count))))
    load()
    start = time.time()
    while time.time() - start < seconds:
        batch.append(load())
        clips += 1
        if len(batch) == BATCH:
            np.stack(batch)
            batch = []
    results.put(clips / (time.time() - start))


def main():
    folder, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 4
    print(f'OpenCV {cv2.__version__}, NumPy {np.__version__}')
    print('| source | clip | processes | clips/s to float32 | frames/s |')
    print('|---|---|---|---|---|')
    for kind in '340x256', '1280x720':
        for source in f'jpeg-{kind}', f'h264-{kind}.mp4':
            for length, interval in (8, 8), (32, 2):
                for workers in 1, 2:
                    results = multiprocessing.Queue()
                    running = [multiprocessing.Process(target=work, args=(core, os.path.join(folder, source), length, interval, seconds, results)) for core in range(workers)]
                    for process in running:
                        process.start()
                    rate = sum(results.get() for _ in running)
                    for process in running:
                        process.join()
                    print(f'| {source} | {length}x{interval} | {workers} | {rate:.1f} | {rate * length:.0f} |', flush=True)


if __name__ == '__main__':
    main()
