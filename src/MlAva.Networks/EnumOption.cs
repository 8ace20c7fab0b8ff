namespace MlAva.Networks;

/// <summary>Options whose value is a word: a number that no word stands for, as a cast may give, is refused.</summary>
static class EnumOption
{
    /// <param name="value">The value given.</param>
    /// <param name="option">The option with the record that it belongs to, such as <c>NonLocalOptions.Mode</c>.</param>
    /// <exception cref="ArgumentException">No word of <typeparamref name="T"/> stands for the value.</exception>
    public static void Check<T>(T value, string option)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) throw new ArgumentException($"{option} is {value}; expected {string.Join(" or ", Enum.GetNames<T>())}.");
    }
}
