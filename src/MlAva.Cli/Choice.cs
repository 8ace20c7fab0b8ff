using System.CommandLine;

namespace MlAva.Cli;

/// <summary>An option with a few words to choose from; words and default are spelt alike.</summary>
sealed class Choice<T> : Option<T?>
    where T : struct, Enum
{
    readonly T? _default;

    /// <param name="name">With its dashes.</param>
    /// <param name="value">The default; null: there is none, and the description says what happens without.</param>
    /// <param name="description">What is chosen.</param>
    /// <param name="word">How a value is spelt; without it, its name in small letters.</param>
    public Choice(string name, T? value, string description, Func<T, string>? word = null)
        : base(name)
    {
        _default = value;
        word ??= Word;
        Dictionary<string, T> words = Enum.GetValues<T>().ToDictionary(word, StringComparer.OrdinalIgnoreCase);
        Description = value is { } usual ? $"{description} [default: {word(usual)}]" : description;
        HelpName = string.Join('|', words.Keys);
        CustomParser = result =>
        {
            string text = string.Join(' ', result.Tokens.Select(t => t.Value));
            if (words.TryGetValue(text, out T chosen)) return chosen;
            result.AddError($"Cannot take '{text}' for option '{name}'; expected one of {string.Join(", ", words.Keys)}.");
            return null;
        };
    }

    /// <summary>The word chosen, or the default; the first of the words where there is none.</summary>
    public T Of(ParseResult parsed) => Given(parsed) ?? _default.GetValueOrDefault();

    /// <summary>The word chosen; null where none is on the command line.</summary>
    public T? Given(ParseResult parsed) => parsed.GetValue(this);

    static string Word(T value) => value.ToString().ToLowerInvariant();
}
