"""The target's keyframe bank, the pose metric, the keyframe selector and the background model."""
