using LeadSync.MinimalService;
using LeadSync.Testing;

namespace LeadSync.Hosting.Tests;

/// <summary>A service that is nothing but Hosting, running.</summary>
public sealed class MinimalServiceUnderTest() : ServiceUnderTest<MinimalOptions>("minimal");
