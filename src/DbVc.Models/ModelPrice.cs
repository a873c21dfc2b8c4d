namespace DbVc.Models;

/// <summary>What a model costs, in US dollars for a million tokens.</summary>
/// <param name="Pattern">The model as it is written down, <c>provider/model</c>; a <c>*</c> at its end stands for the rest.</param>
/// <param name="Input">For what it reads.</param>
/// <param name="Output">For what it writes.</param>
public sealed record ModelPrice(string Pattern, decimal Input, decimal Output)
{
    /// <summary>For what it reads and the provider had kept from before; null for the same as the rest.</summary>
    public decimal? Cached { get; init; }

    /// <summary>What some tokens cost.</summary>
    /// <param name="input">All that were read.</param>
    /// <param name="cached">Those of them that the provider had kept.</param>
    /// <param name="output">Those that were written.</param>
    public decimal Of(long input, long cached, long output) =>
        (((input - cached) * Input) + (cached * (Cached ?? Input)) + (output * Output)) / 1_000_000m;

    /// <summary>The price that fits best: the model's own, else the longest pattern; null where none does.</summary>
    public static ModelPrice? Find(IEnumerable<ModelPrice> prices, string model) => prices
        .Where(p => p.Pattern == model || (p.Pattern.EndsWith('*') && model.StartsWith(p.Pattern[..^1], StringComparison.Ordinal)))
        .OrderByDescending(p => p.Pattern == model).ThenByDescending(p => p.Pattern.Length).FirstOrDefault();
}
