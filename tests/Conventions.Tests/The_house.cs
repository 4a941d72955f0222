using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace LeadSync.Conventions.Tests;

/// <summary>Who may know whom.</summary>
public sealed partial class The_house
{
    private static readonly string[] Roots = ["contracts", "services", "tests", "deploy"];
    private static readonly string[] Services = ["Gateway", "Connector", "Mapping", "Push", "Audit"];

    [Fact]
    public void Contracts_know_nobody() =>
        Tree.ProjectReferences("contracts/LeadSync.Contracts.csproj").ShouldBeEmpty();

    [Fact]
    public void The_crm_library_knows_nobody() =>
        Tree.ProjectReferences("services/Crm/LeadSync.Crm.csproj").ShouldBeEmpty();

    [Fact]
    public void Hosting_knows_the_contracts_only() =>
        Tree.ProjectReferences("services/Hosting/LeadSync.Hosting.csproj").ShouldBe(["Contracts"]);

    [Fact]
    public void A_service_knows_the_libraries_and_no_other_service()
    {
        foreach (var service in Services)
        {
            Tree.ProjectReferences($"services/{service}/LeadSync.{service}.csproj")
                .Except(["Contracts", "Hosting", "Crm"], StringComparer.Ordinal)
                .ShouldBeEmpty(service);
        }
    }

    // A shared mistake would make every test green.
    [Fact]
    public void The_simulated_crm_shares_nothing_with_what_is_tested_against_it()
    {
        Tree.ProjectReferences("tests/CrmSimulator/LeadSync.CrmSimulator.csproj").ShouldBeEmpty();
        Tree.Lines(Tree.Files("tests/CrmSimulator", "*.cs"), UsesOfOurs()).ShouldBeEmpty();
        Tree.Lines(Tree.Files("services", "*.cs"), UsesOfTheSimulator()).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_that_runs_knows_the_tests() =>
        Tree.Files("services", "*.csproj")
            .Concat(Tree.Files("contracts", "*.csproj"))
            .Where(project => Tree.Text(project).Contains("/tests/", StringComparison.Ordinal))
            .ShouldBeEmpty();

    [Fact]
    public void Every_service_says_what_it_is()
    {
        var silent = Services
            .Concat(["Hosting", "Crm"])
            .Where(name => Tree.Files($"services/{name}", "README.md").Count == 0);

        silent.ShouldBeEmpty();
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var listed = XDocument
            .Parse(Tree.Text("LeadSync.slnx"))
            .Descendants("Project")
            .Select(one => one.Attribute("Path")!.Value);

        Roots
            .SelectMany(folder => Tree.Files(folder, "*.csproj"))
            .Except(listed, StringComparer.Ordinal)
            .ShouldBeEmpty();
    }

    [Fact]
    public void Packages_have_one_exact_version_and_no_licence_that_must_be_bought()
    {
        var versions = XDocument
            .Parse(Tree.Text("Directory.Packages.props"))
            .Descendants("PackageVersion")
            .ToDictionary(
                one => one.Attribute("Include")!.Value,
                one => one.Attribute("Version")!.Value,
                StringComparer.Ordinal
            );

        versions.Values.ShouldAllBe(version => ExactVersion().IsMatch(version));
        versions
            .Where(pair => pair.Key.StartsWith("MassTransit", StringComparison.Ordinal))
            .ShouldAllBe(pair => pair.Value.StartsWith("8.", StringComparison.Ordinal));
    }

    [GeneratedRegex(
        @"LeadSync\.(Crm|Contracts|Hosting)\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex UsesOfOurs();

    [GeneratedRegex(@"LeadSync\.CrmSimulator\b", RegexOptions.CultureInvariant, Timeout.Infinite)]
    private static partial Regex UsesOfTheSimulator();

    [GeneratedRegex(
        @"^[0-9]+(\.[0-9]+){1,3}\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        Timeout.Infinite
    )]
    private static partial Regex ExactVersion();
}
