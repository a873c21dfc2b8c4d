using System.Net;
using Xunit;

namespace DbVc.Tests;

public sealed class DashboardFilesTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/history/v1")]
    [InlineData("/assets/none.js")]
    public async Task A_server_beside_which_no_dashboard_lies_says_how_to_build_it(string path)
    {
        await using var shop = await ServedShop.ServeAsync();
        var page = await shop.GetAsync(path, null);
        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Contains("npm run build", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_below_the_API_is_never_a_page()
    {
        await using var shop = await ServedShop.ServeAsync();
        (await shop.GetAsync("/api/v1/nothing", shop.Token("Vic"))).Failed(HttpStatusCode.NotFound, "path.missing");
        (await shop.GetAsync("/api", shop.Token("Vic"))).Failed(HttpStatusCode.NotFound, "path.missing");
    }
}
