using SkiaSharp;

namespace MlAva.MiniAva;

/// <summary>The colours of a place.</summary>
sealed record Scenery(SKColor Top, SKColor Bottom, SKColor Floor, SKColor Accent, bool IsOutdoors);

/// <summary>Colours that go together, and the choice of clothes that stand out from the place.</summary>
static class Palette
{
    internal static Scenery[] Sceneries { get; } =
    [
        new(Hex(0xE6EBDD), Hex(0xCBD6C0), Hex(0xB08968), Hex(0x9DB08D), false),
        new(Hex(0x3D405B), Hex(0x59608A), Hex(0x2B2D42), Hex(0x7A82B0), false),
        new(Hex(0xF4E6CB), Hex(0xE6D2A8), Hex(0xA47C4F), Hex(0xCDAF78), false),
        new(Hex(0xA9D3EE), Hex(0xE4F1F5), Hex(0x8DB580), Hex(0x6F9D69), true),
        new(Hex(0x1F2A44), Hex(0x3B4A6B), Hex(0x232C3F), Hex(0x55658C), true),
        new(Hex(0xF0D9D5), Hex(0xE0BBB5), Hex(0x8C6A66), Hex(0xC9958E), false),
        new(Hex(0x8FBDB8), Hex(0xC6DEDA), Hex(0x5E7F7B), Hex(0x6FA09A), false),
        new(Hex(0xC68F70), Hex(0xB07656), Hex(0x6D4C41), Hex(0x9A6144), false),
        new(Hex(0xDAD5EC), Hex(0xBFB7DC), Hex(0x75699A), Hex(0xA398C8), false),
        new(Hex(0xCBD0D4), Hex(0xB0B8BF), Hex(0x767F87), Hex(0x949DA6), false),
        new(Hex(0xF6C28B), Hex(0xF9E0BE), Hex(0xB98B66), Hex(0xC47F57), true),
        new(Hex(0xC7E3DF), Hex(0xF2F1E3), Hex(0xD8C59A), Hex(0x8FB8A8), true),
    ];

    static readonly SKColor[] Shirts =
    [
        Hex(0xE4572E), Hex(0xF2B134), Hex(0x12A8A6), Hex(0x2E6FAB), Hex(0x6A4C93), Hex(0x2F7D44), Hex(0xF7F4EA), Hex(0xC7253E),
        Hex(0x1B4965), Hex(0xFF8357), Hex(0x343A55), Hex(0xE56B9F), Hex(0x9BC53D), Hex(0x4FA3E0), Hex(0x7F2A3D), Hex(0xFFE08A),
    ];

    static readonly SKColor[] Trousers =
    [
        Hex(0x1D3557), Hex(0x33363B), Hex(0x5C4033), Hex(0x2F4F4A), Hex(0xE3D3A4), Hex(0x6C757D), Hex(0x3E4A22), Hex(0x4A4E69),
        Hex(0xF0EAD8), Hex(0x7A4B2A), Hex(0x274C77), Hex(0x8E9AAF),
    ];

    static readonly SKColor[] Skins = [Hex(0xFFDBAC), Hex(0xF1C27D), Hex(0xE0AC69), Hex(0xC68642), Hex(0x9A6233), Hex(0x6B4423)];
    static readonly SKColor[] Hairs = [Hex(0x2B1B12), Hex(0x4E3524), Hex(0x8A5A2B), Hex(0xC9A15B), Hex(0x1A1A1A), Hex(0x9A9A9A), Hex(0xA0452F)];
    static readonly SKColor[] Objects = [Hex(0xFFD23F), Hex(0x06C79A), Hex(0xEF476F), Hex(0xF78C1F), Hex(0x8B5DE5), Hex(0xFFFFFF), Hex(0x2AA9E0), Hex(0xB5E61D)];
    static readonly SKColor[] Shoes = [Hex(0x22242A), Hex(0x4A3020), Hex(0xE8E6E0), Hex(0x8C2F2F)];

    internal static Look Dress(SplitMix dice, Scenery scenery)
    {
        SKColor wall = Mix(scenery.Top, scenery.Bottom, 0.6);
        SKColor shirt = Farthest(dice, Shirts, [wall]);
        SKColor trousers = Farthest(dice, Trousers, [scenery.Floor, wall, shirt]);
        SKColor skin = dice.Pick(Skins);
        return new(
            skin, dice.Pick(Hairs), shirt, trousers, Farthest(dice, Shoes, [scenery.Floor]),
            Farthest(dice, Objects, [wall, shirt]), dice.Chance(0.4), dice.Chance(0.45), dice.Chance(0.5),
            Mix(Farthest(dice, Trousers, [trousers, scenery.Floor]), scenery.Accent, 0.25));
    }

    internal static SKColor Mix(SKColor a, SKColor b, double weight) => new(
        Part(a.Red, b.Red, weight), Part(a.Green, b.Green, weight), Part(a.Blue, b.Blue, weight));

    internal static SKColor Shade(SKColor color, double factor) => factor <= 1
        ? new(Part(0, color.Red, factor), Part(0, color.Green, factor), Part(0, color.Blue, factor))
        : Mix(color, SKColors.White, factor - 1);

    static byte Part(byte a, byte b, double weight) => (byte)Math.Clamp(Math.Round(a + (b - a) * weight), 0, 255);

    /// <summary>Of three random colours the one that stands out best: contrast without always choosing the same.</summary>
    static SKColor Farthest(SplitMix dice, SKColor[] colors, SKColor[] from)
    {
        SKColor best = default;
        double distance = -1;
        for (int i = 0; i < 3; i++)
        {
            SKColor color = dice.Pick(colors);
            double nearest = from.Min(other => Distance(color, other));
            if (nearest > distance) (best, distance) = (color, nearest);
        }
        return best;
    }

    static double Distance(SKColor a, SKColor b)
    {
        double red = a.Red - b.Red, green = a.Green - b.Green, blue = a.Blue - b.Blue;
        return 2 * red * red + 4 * green * green + 3 * blue * blue;
    }

    static SKColor Hex(uint rgb) => new(0xFF000000 | rgb);
}
