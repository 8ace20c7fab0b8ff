namespace MlAva.MiniAva;

/// <summary>
/// Cards drawn without replacement and shuffled anew when all are gone: every kind comes up as often as it should, while each
/// draw by itself is as good as independent.
/// </summary>
sealed class Deck<T>(SplitMix dice, params (T Card, int Count)[] kinds)
{
    readonly T[] _cards = [.. kinds.SelectMany(k => Enumerable.Repeat(k.Card, k.Count))];
    int _next;

    internal T Draw()
    {
        if (_next == 0) dice.Shuffle(_cards);
        T card = _cards[_next];
        _next = (_next + 1) % _cards.Length;
        return card;
    }
}
