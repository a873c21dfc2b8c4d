using Xunit;

namespace DbVc.Tests;

/// <summary>
/// Random histories of whole repositories with a live database against a naive model. <c>DBVC_WORLD_OPERATIONS</c> says how many operations,
/// <c>DBVC_WORLD_SEED</c> where to begin.
/// </summary>
public sealed class WorldTests
{
    private const int StepsOfHistory = 100;

    [Fact]
    public void Random_histories_of_a_repository_with_a_live_database_give_what_a_naive_model_gives()
    {
        var failure = ModelRun.FindFailure(
            new ModelRun.Budget("DBVC_WORLD", 500, StepsOfHistory), ModelHistory.Steps, () => new WorldHistory(), (h, s) => h.Take(s));
        if (failure is not null) Assert.Fail(failure);
    }
}
