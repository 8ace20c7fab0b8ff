using System.CommandLine;

namespace MlAva.Cli;

/// <summary>An option with a few words to choose from; words and default are spelt alike.</summary>
sealed class Choice<T> : Option<T?>
    where T : struct, Enum
{
    readonly T _default;

    /// <param name="name">The option's name.</param>
    /// <param name="value">The default.</param>
    /// <param name="description">What is chosen.</param>
    /// <param name="word">How a value is spelt; without it, its name in small letters.</param>
    public Choice(string name, T value, string description, Func<T, string>? word = null)
        : base(name)
    {
        _default = value;
        word ??= Word;
        Dictionary<string, T> words = Enum.GetValues<T>().ToDictionary(word, StringComparer.OrdinalIgnoreCase);
        Description = $"{description} [default: {word(value)}]";
        HelpName = string.Join('|', words.Keys);
        CustomParser = result =>
        {
            string text = string.Join(' ', result.Tokens.Select(t => t.Value));
            if (words.TryGetValue(text, out T chosen)) return chosen;
            result.AddError($"Cannot take '{text}' for option '{name}'; expected one of {string.Join(", ", words.Keys)}.");
            return null;
        };
    }

    /// <summary>The word chosen, or the default.</summary>
    public T Of(ParseResult parsed) => parsed.GetValue(this) ?? _default;

    static string Word(T value) => value.ToString().ToLowerInvariant();
}
