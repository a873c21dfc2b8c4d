using Microsoft.Playwright;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>Pictures of every page, for people to look at: <c>./dev screenshots</c>.</summary>
public sealed class DashboardPictures(DashboardSite site) : IClassFixture<DashboardSite>
{
    private static readonly string? s_folder = Environment.GetEnvironmentVariable("DBVC_SCREENSHOTS");

    public static bool AreWanted => s_folder is not null;

    [Theory(Skip = "./dev screenshots takes them", SkipUnless = nameof(AreWanted))]
    [InlineData(ColorScheme.Light, 1440, 900)]
    [InlineData(ColorScheme.Dark, 1440, 900)]
    [InlineData(ColorScheme.Light, 390, 844)]
    [InlineData(ColorScheme.Dark, 390, 844)]
    public async Task Every_page_has_its_picture_taken(ColorScheme scheme, int width, int height)
    {
        await using var context = await site.EnterAsync(scheme, width, height);
        var page = await context.NewPageAsync();
        var folder = Directory.CreateDirectory(Path.Combine(s_folder!, $"{scheme}-{width}".ToLowerInvariant())).FullName;
        foreach (var (name, (path, prepare)) in DashboardPages.All)
        {
            await page.GotoAsync(site.Url + path);
            await prepare(page);
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            await page.EvaluateAsync("() => scrollTo(0, 0)");
            var file = Path.Combine(folder, name + ".png");
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = file, FullPage = true });
            Assert.True(File.Exists(file));
        }
    }
}
