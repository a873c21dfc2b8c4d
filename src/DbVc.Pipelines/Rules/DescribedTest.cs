namespace DbVc.Pipelines;

/// <summary>
/// What the vocabulary has no words for: it is said in English, and a person or a model writes the code. The host knows it by its examples alone; on all other
/// values it is open whether they pass. NULL in one of the fields passes.
/// </summary>
/// <param name="Subjects">The fields whose values it judges, in the order of the examples.</param>
/// <param name="Words">What is asked for, in one line.</param>
/// <param name="Passing">Values that pass, as many in each as there are fields; one at least.</param>
/// <param name="Failing">Values that do not.</param>
public sealed record DescribedTest(
    IReadOnlyList<PipelineField> Subjects, string Words, IReadOnlyList<IReadOnlyList<Operand>> Passing, IReadOnlyList<IReadOnlyList<Operand>> Failing)
    : Condition
{
    /// <summary>Longer words are a document, not a rule.</summary>
    internal const int LongestWords = 500;

    /// <summary>More of either kind are a test of its own.</summary>
    internal const int MostExamples = 100;

    internal static IReadOnlyList<DescribedTest> In(Condition? condition) => condition switch
    {
        AllOf all => [.. all.Parts.SelectMany(In)],
        AnyOf any => [.. any.Parts.SelectMany(In)],
        DescribedTest described => [described],
        _ => [],
    };
}
