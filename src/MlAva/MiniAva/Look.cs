using SkiaSharp;

namespace MlAva.MiniAva;

/// <summary>What a figure wears and carries.</summary>
sealed record Look(SKColor Skin, SKColor Hair, SKColor Shirt, SKColor Trousers, SKColor Shoes, SKColor Object, bool IsBall, bool HasLongHair, bool HasSleeves, SKColor Stool);
